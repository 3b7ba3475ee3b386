// A tool of the build: embed_files OUTPUT FILE... writes the files, as they are and compressed,
// into a C++ source that defines http::ui::assets().

#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

std::string read(const char* path) {
  std::ifstream file{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  if (!file.good() && !file.eof())
    throw std::runtime_error{std::string{"cannot read "} + path};
  return bytes;
}

/// The gzip format (RFC 1952). zlib's own header has no time in it, so the same file gives the same
/// bytes.
std::string compress(std::string bytes) {
  z_stream stream{};
  constexpr int gzip = 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + gzip, MAX_MEM_LEVEL,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error{"zlib cannot be initialised"};
  std::string output(deflateBound(&stream, static_cast<uLong>(bytes.size())) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
    throw std::runtime_error{"zlib cannot compress"};
  output.resize(output.size() - stream.avail_out);
  deflateEnd(&stream);
  return output;
}

std::string_view type_of(const std::string& name) {
  constexpr std::array<std::array<std::string_view, 2>, 4> types{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
  }};
  for (const auto& [ending, type] : types)
    if (name.ends_with(ending))
      return type;
  throw std::runtime_error{"no type is known for " + name};
}

/// A string literal, which compiles faster than a list of numbers.
void write_literal(std::ofstream& output, std::string_view bytes) {
  constexpr std::size_t line = 60;
  for (std::size_t i = 0; i < bytes.size(); i += line) {
    output << "\n    \"";
    for (const auto c : bytes.substr(i, line)) {
      std::array<char, 5> text{};
      std::snprintf(text.data(), text.size(), "\\%03o", static_cast<unsigned char>(c));
      output << text.data();
    }
    output << '"';
  }
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 3)
    throw std::runtime_error{"usage: embed_files OUTPUT FILE..."};
  std::ofstream output{arguments[1]};
  output << "#include \"http/api/ui/asset.hpp\"\n\nnamespace http::ui {\n\n"
            "std::span<const asset> assets() noexcept {\n  static constexpr asset all[] = {";
  for (int i = 2; i < count; ++i) {
    const auto bytes = read(arguments[i]);
    const auto compressed = compress(bytes);
    const auto name = std::filesystem::path{arguments[i]}.filename().string();
    std::array<char, 9> hash{};
    std::snprintf(
        hash.data(), hash.size(), "%08lx",
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
    output << "\n    {\"" << name << "\", \"" << type_of(name) << "\",\n    \"\\\"" << hash.data()
           << "\\\"\", {";
    write_literal(output, bytes);
    output << ",\n    " << bytes.size() << "}, \"\\\"" << hash.data() << "-gzip\\\"\", {";
    write_literal(output, compressed);
    output << ",\n    " << compressed.size() << "}},";
  }
  output << "\n  };\n  return all;\n}\n\n}  // namespace http::ui\n";
  output.close();
  if (!output)
    throw std::runtime_error{std::string{"cannot write "} + arguments[1]};
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "embed_files: %s\n", error.what());
  return 1;
}
