#pragma once

#include <span>
#include <string_view>

namespace http::ui {

/// A file of the page that browsers are shown, from web/. All of it is static.
struct asset {
  std::string_view name;  ///< without a folder: `app.js`
  std::string_view type;  ///< the value of Content-Type
  std::string_view tag;   ///< the entity-tag of `bytes`, in quotes
  std::string_view bytes;
  std::string_view compressed_tag;  ///< that of `compressed`, which is another representation
  std::string_view compressed;      ///< the bytes in the gzip coding
};

/// Returns all files. cmake/embed_files.cpp writes this function.
std::span<const asset> assets() noexcept;

/// Returns the file with this name; null if there is none.
const asset* find_asset(std::string_view name) noexcept;

}  // namespace http::ui
