#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace support {

/// An empty directory. The destructor removes it with its contents.
class temporary_directory {
public:
  temporary_directory() {
    auto path = (std::filesystem::temp_directory_path() / "counterd-test-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr)
      throw std::runtime_error{"cannot make " + path};
    path_ = path;
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Returns a path in it.
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

}  // namespace support
