#include "rights/digest.hpp"

#include "rights/hex_digit.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace rights {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

struct algorithm_deleter {
  void operator()(EVP_MD* algorithm) const noexcept { EVP_MD_free(algorithm); }
};

struct context_deleter {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

}  // namespace

struct hasher::impl {
  std::unique_ptr<EVP_MD, algorithm_deleter> algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  std::unique_ptr<EVP_MD_CTX, context_deleter> context{EVP_MD_CTX_new()};
};

hasher::hasher() : impl_(std::make_unique<impl>()) {
  if (!impl_->algorithm || !impl_->context)
    throw std::runtime_error("OpenSSL offers no SHA-256, which tokens need");
}

hasher::~hasher() = default;

digest hasher::hash(std::string_view text) {
  digest result;
  auto* context = impl_->context.get();
  if (EVP_DigestInit_ex2(context, impl_->algorithm.get(), nullptr) != 1 ||
      EVP_DigestUpdate(context, text.data(), text.size()) != 1 ||
      EVP_DigestFinal_ex(context, result.data(), nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  return result;
}

bool is_equal(const digest& left, const digest& right) noexcept {
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string to_hex(const digest& bytes) {
  std::string text;
  for (const auto byte : bytes) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::optional<digest> parse_hex(std::string_view text) noexcept {
  digest result;
  if (text.size() != 2 * result.size())
    return std::nullopt;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto high = value_of_hex(text[2 * i]);
    const auto low = value_of_hex(text[2 * i + 1]);
    if (!high || !low)
      return std::nullopt;
    result[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return result;
}

}  // namespace rights
