#include "http/api/ui/endpoints.hpp"

#include "http/api/text/index_page.hpp"
#include "http/api/ui/asset.hpp"
#include "http/protocol/field_value.hpp"

#include <string>
#include <string_view>

namespace http::ui {

namespace {

using field = header_fields::name;

/// The page loads only files of this server and runs only their scripts, and none that the name of
/// a counter may hold (W3C, "Content Security Policy Level 3").
constexpr std::string_view page_policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'\r\n";

response show(const asset& shown, const header_fields& fields, std::string_view vary) {
  const bool is_compressed = fields.has(field::accepts_gzip);
  const auto tag = is_compressed ? shown.compressed_tag : shown.tag;
  response response{.body = is_compressed ? shown.compressed : shown.bytes,
                    .type = shown.type,
                    .caching = caching::no_cache,
                    .has_content_policy = true};
  std::string more{vary};
  more.append("ETag: ").append(tag).append("\r\n").append(page_policy);
  if (is_compressed)
    more += "Content-Encoding: gzip\r\n";
  response.fields = std::move(more);
  // No tag is part of another.
  if (const auto known = fields.find(field::if_none_match);
      known && (*known == "*" || known->find(tag) != known->npos))
    response.status = status::not_modified;
  return response;
}

bool wants_page(const header_fields& fields) {
  const auto accept = fields.find(field::accept);
  return accept && names_range(*accept, "text/html");
}

}  // namespace

action show_index(const request_context& context) {
  if (!context.has_page)
    return response{status::ok, index_page};
  if (wants_page(context.request.fields))
    return show(*find_asset("index.html"), context.request.fields,
                "Vary: Accept, Accept-Encoding\r\n");
  return response{.body = index_page, .fields = "Vary: Accept\r\n"};
}

action show_asset(const request_context& context) {
  const auto* found = find_asset(context.raw_name.empty() ? "index.html" : context.raw_name);
  if (!context.has_page || found == nullptr)
    return response{status::not_found, "no such page: try /\n"};
  return show(*found, context.request.fields, "Vary: Accept-Encoding\r\n");
}

}  // namespace http::ui
