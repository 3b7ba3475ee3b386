// counterctl reaches a server through nginx with TLS.

#include "tests/paths.hpp"
#include "tests/proxies/site.hpp"
#include "tests/proxies/support/sockets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace support;

namespace {

/// A certificate for localhost that is its own authority.
class certificate {
public:
  certificate() {
    const auto made = process{
        {"openssl", "req", "-x509", "-days", "2", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", key(), "-out",
         file()}}.wait();
    CAPTURE(made.log);
    REQUIRE(made.exit_code == 0);
  }

  std::string file() const { return directory_ / "certificate"; }
  std::string key() const { return directory_ / "key"; }

private:
  temporary_directory directory_;
};

/// nginx with TLS on a port of its own.
struct secure_site {
  explicit secure_site(const certificate& certificate)
      : listens("listen 80;\n  listen 127.0.0.1:" + std::to_string(port.number()) +
                " ssl;\n  ssl_certificate " + certificate.file() + ";\n  ssl_certificate_key " +
                certificate.key() + ";"),
        site("nginx", {{"listen 80;", listens}}) {}

  process::ending ask(const std::string& host, const words& arguments,
                      const words& environment) const {
    words command{COUNTERCTL_BINARY, "-t", "2s", "-s",
                  "https://" + host + ":" + std::to_string(port.number())};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return process{command, {.environment = environment}}.wait();
  }

  reserved_port port;
  std::string listens;
  support::site site;
};

bool has_nginx() {
  const auto proxies = proxies_to_test();
  return std::find(proxies.begin(), proxies.end(), "nginx") != proxies.end();
}

void check_refuses(const process::ending& ended) {
  CAPTURE(ended.log);
  CHECK(ended.exit_code == 3);
  CHECK(ended.output == "");
  CHECK(ended.log.find("certificate") != std::string::npos);
}

}  // namespace

TEST_CASE("counterctl uses https, follows streams with it, and trusts only a right certificate") {
  if (!has_nginx()) {
    MESSAGE("not tested: nginx is not among the proxies");
    return;
  }
  const certificate certificate;
  const secure_site site{certificate};
  const words trusting{"SSL_CERT_FILE=" + certificate.file()};
  CHECK(site.ask("localhost", {"inc", "x"}, trusting).output == "1\n");
  CHECK(site.ask("localhost", {"get", "x", "x", "x"}, trusting).output == "x\t1\nx\t1\nx\t1\n");
  CHECK(site.ask("localhost", {"watch", "x", "--until", "=1"}, trusting).output == "1\n");
  // Without that authority, and for another name.
  check_refuses(site.ask("localhost", {"inc", "x"}, {"SSL_CERT_FILE=/nowhere"}));
  check_refuses(site.ask("127.0.0.1", {"inc", "x"}, trusting));
  CHECK(value_at(site.site, "x") == "x: 1\n");
}

TEST_CASE("counterctl refuses a certificate that has expired") {
  if (!has_nginx()) {
    MESSAGE("not tested: nginx is not among the proxies");
    return;
  }
  const certificate certificate;
  const secure_site site{certificate};
  // Three days later, as counterctl sees it.
  check_refuses(site.ask(
      "localhost", {"inc", "x"},
      {"SSL_CERT_FILE=" + certificate.file(), std::string{"LD_PRELOAD="} + SHIFTED_CLOCK_LIBRARY,
       "SHIFTED_CLOCK_SECONDS=259200"}));
}
