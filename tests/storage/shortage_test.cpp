#include "storage/rocksdb/shortage.hpp"

#include "storage/rocksdb/shortage_file_system.hpp"
#include "tests/storage/support/fault_file_system.hpp"

#include <rocksdb/status.h>

#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using rocksdb::IOStatus;
using storage::shortage;
using storage::shortage_file_system;
using storage::shortage_of;
using namespace storage_tests;

namespace {

IOStatus failed(int error) {
  return IOStatus::IOError("While appending to file: /a/b", std::generic_category().message(error));
}

/// Leaves no descriptor to be opened, for as long as it exists.
class no_descriptors {
public:
  no_descriptors() {
    getrlimit(RLIMIT_NOFILE, &limit_);
    const int free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(free);
    const rlimit less{static_cast<rlim_t>(free), limit_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &less);
  }
  ~no_descriptors() { setrlimit(RLIMIT_NOFILE, &limit_); }
  no_descriptors(const no_descriptors&) = delete;
  no_descriptors& operator=(const no_descriptors&) = delete;

private:
  rlimit limit_{};
};

}  // namespace

TEST_CASE("shortage_of() tells a lack of room and of resources from other errors") {
  for (const int error : {EDQUOT, EFBIG})
    CHECK(shortage_of(failed(error)) == shortage::room);
  for (const int error : {EMFILE, ENFILE, ENOMEM})
    CHECK(shortage_of(failed(error)) == shortage::resources);
  for (const int error : {EIO, EACCES, EROFS, ENODEV})
    CHECK(shortage_of(failed(error)) == shortage::none);
  CHECK(shortage_of(IOStatus::NoSpace("While appending", "No space left on device")) ==
        shortage::room);
  CHECK(shortage_of(IOStatus::NoSpace("While opening", "Too many open files")) ==
        shortage::resources);
  CHECK(shortage_of(IOStatus::OK()) == shortage::none);
  // The name of a file says nothing.
  CHECK(shortage_of(IOStatus::IOError("/Disk quota exceeded", "Permission denied")) ==
        shortage::none);
  CHECK(shortage_of(rocksdb::Status::Corruption("Disk quota exceeded")) == shortage::none);
}

TEST_CASE("shortage_file_system reports a lack of descriptors as no space") {
  const temporary_directory root;
  const auto name = (root.path() / "file").string();
  shortage_file_system layer{rocksdb::FileSystem::Default()};
  std::unique_ptr<rocksdb::FSWritableFile> file;
  std::unique_ptr<rocksdb::FSDirectory> directory;
  {
    const no_descriptors none;
    const auto opened = layer.NewWritableFile(name, {}, &file, nullptr);
    CHECK(opened.IsNoSpace());
    CHECK(shortage_of(opened) == shortage::resources);
    CHECK(layer.NewDirectory(root.path().string(), {}, &directory, nullptr).IsNoSpace());
  }
  CHECK(layer.NewWritableFile(name, {}, &file, nullptr).ok());
}

TEST_CASE("shortage_file_system reports a quota as no space, and other errors as they are") {
  const test_disk disk;
  shortage_file_system layer{disk.file_system};
  std::unique_ptr<rocksdb::FSWritableFile> file;
  REQUIRE(layer.NewWritableFile((disk.directory / "file").string(), {}, &file, nullptr).ok());
  disk.file_system->begin({.at = 1, .fault = fault_file_system::fault::error, .error = EDQUOT});
  CHECK(file->Append("a", {}, nullptr).IsNoSpace());
  disk.file_system->begin({.at = 1, .fault = fault_file_system::fault::error, .error = EIO});
  const auto other = file->Append("a", {}, nullptr);
  CHECK(other.IsIOError());
  CHECK_FALSE(other.IsNoSpace());
  CHECK(file->Append("a", {}, nullptr).ok());
}

TEST_CASE("shortage_file_system reports a refused hard link as not supported") {
  const test_disk disk;
  const auto from = (disk.directory / "from").string(), to = (disk.directory / "to").string();
  shortage_file_system layer{disk.file_system};
  std::unique_ptr<rocksdb::FSWritableFile> file;
  REQUIRE(layer.NewWritableFile(from, {}, &file, nullptr).ok());
  using fault = fault_file_system::fault;
  for (const int error : {EPERM, EMLINK, ENOSYS, EACCES, EINVAL}) {
    disk.file_system->begin({.at = 1, .fault = fault::error, .error = error});
    CHECK(layer.LinkFile(from, to, {}, nullptr).IsNotSupported());
  }
  disk.file_system->begin({.at = 1, .fault = fault::error, .error = EIO});
  CHECK(layer.LinkFile(from, to, {}, nullptr).IsIOError());
  CHECK(layer.LinkFile(from, to, {}, nullptr).ok());
}
