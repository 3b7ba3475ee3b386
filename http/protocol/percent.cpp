#include "http/protocol/percent.hpp"

#include "counter/utf8.hpp"

#include <boost/url/decode_view.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace http {

namespace urls = boost::urls;

bool has_good_encoding(std::string_view text, std::string& buffer) {
  if (text.find('%') == text.npos)
    return counter::is_valid_utf8(text);
  return urls::make_pct_string_view(text) && counter::is_valid_utf8(decode(text, false, buffer));
}

std::string_view decode_into(std::string& buffer, std::string_view text, bool plus_is_space) {
  urls::encoding_opts options;
  options.space_as_plus = plus_is_space;
  const urls::decode_view decoded{urls::pct_string_view{text}, options};
  // Assigning the range would construct a temporary string.
  buffer.resize(decoded.size());
  std::copy(decoded.begin(), decoded.end(), buffer.begin());
  return buffer;
}

std::string encode(std::string_view text) {
  return urls::encode(text, urls::unreserved_chars);
}

}  // namespace http
