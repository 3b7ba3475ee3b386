#include "tests/proxies/support/proxy.hpp"

#include "tests/paths.hpp"
#include "tests/server/support/client.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <sys/wait.h>

namespace support {

namespace {

std::string contents_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
}

void apply(const edit& edit, std::string& text) {
  const auto begin = text.find(edit.from);
  if (begin == text.npos)
    throw std::runtime_error{"the configuration does not contain: " + std::string{edit.from}};
  text.replace(begin, edit.from.size(), edit.to);
}

std::string shipped_file(const std::string& name) {
  const std::string file = name == "nginx"     ? "nginx.conf"
                           : name == "haproxy" ? "haproxy.cfg"
                           : name == "caddy"   ? "Caddyfile"
                           : name == "varnish" ? "varnish.vcl"
                                               : throw std::runtime_error{"unknown proxy " + name};
  return COUNTERD_SOURCE_DIR "/docs/proxies/" + file;
}

/// Replaces the two ports of a shipped configuration.
void replace_ports(const std::string& name, std::string& text, std::uint16_t port,
                   std::uint16_t upstream_port) {
  const auto own = std::to_string(port);
  const auto upstream = std::to_string(upstream_port);
  if (name == "varnish") {  // its own is a flag
    apply({"\"8000\"", '"' + upstream + '"'}, text);
    return;
  }
  apply({"127.0.0.1:8000", "127.0.0.1:" + upstream}, text);
  if (name == "nginx")
    apply({"listen 80;", "listen 127.0.0.1:" + own + ";"}, text);
  else if (name == "haproxy")
    apply({"bind :80\n", "bind 127.0.0.1:" + own + "\n"}, text);
  else
    apply({"\n:80 {", "\n:" + own + " {"}, text);
}

/// Everything that nginx.conf has around the file that it includes.
std::string nginx_main(const std::string& directory) {
  std::string text =
      "daemon off; master_process off; pid $/pid; error_log $/error.log;\n"
      "events {}\n"
      "http {\n"
      "  access_log off;\n"
      "  client_body_temp_path $/body; proxy_temp_path $/proxy;\n"
      "  fastcgi_temp_path $/fastcgi; scgi_temp_path $/scgi;\n"
      "  uwsgi_temp_path $/uwsgi;\n"
      "  proxy_cache_path $/cache keys_zone=other:1m; proxy_cache other;\n"
      "  proxy_cache_valid any 10m;\n"
      "  gzip on; gzip_types *; gzip_min_length 1;\n"
      "  client_max_body_size 8k;\n"
      "  include $/shipped;\n"
      "}\n";
  for (auto at = text.find('$'); at != text.npos; at = text.find('$', at))
    text.replace(at, 1, directory);
  return text;
}

bool has_ended(const process& process) {
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(process.id()), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid != 0;
}

}  // namespace

words proxies_to_test() {
  const char* given = std::getenv("COUNTERD_TEST_PROXIES");
  std::istringstream names{given != nullptr ? given : "nginx haproxy"};
  words result{std::istream_iterator<std::string>{names}, {}};
  if (result.empty())
    throw std::runtime_error{"COUNTERD_TEST_PROXIES is empty"};
  return result;
}

proxy::proxy(const std::string& name, std::uint16_t upstream_port, const std::vector<edit>& edits) {
  auto text = contents_of(shipped_file(name));
  for (const auto& edit : edits)
    apply(edit, text);
  replace_ports(name, text, port(), upstream_port);
  write(directory_ / "shipped", text);
  // Daemons are in directories that are not in every user's PATH. The log goes to a file: a
  // pipe that nobody reads would stop them.
  words command{"sh", "-c", "log=$1; shift; PATH=$PATH:/usr/sbin:/sbin; exec \"$@\" >\"$log\" 2>&1",
                "sh", directory_ / "log"};
  for (const auto& word : command_of(name))
    command.push_back(word);
  process_ = std::make_unique<process>(
      command, setting{.environment = {"XDG_DATA_HOME=" + directory_.path().string(),
                                       "XDG_CONFIG_HOME=" + directory_.path().string()}});
  await_port();
}

words proxy::command_of(const std::string& name) const {
  const auto file = directory_ / "shipped";
  if (name == "nginx") {
    write(directory_ / "main", nginx_main(directory_.path().string()));
    return {"nginx",
            "-p",
            directory_.path().string(),
            "-e",
            directory_ / "error.log",
            "-c",
            directory_ / "main"};
  }
  if (name == "haproxy")
    return {"haproxy", "-db", "-f", file};
  if (name == "caddy") {
    write(directory_ / "main",
          "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\nimport " + file + "\n");
    return {"caddy", "run", "--adapter", "caddyfile", "--config", directory_ / "main"};
  }
  return {"varnishd", "-F",
          "-a",       "127.0.0.1:" + std::to_string(port()),
          "-f",       file,
          "-n",       directory_ / "varnish",
          "-T",       "none",
          "-j",       "none",
          "-p",       "http_req_hdr_len=16k",
          "-s",       "malloc,16m"};
}

void proxy::await_port() const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (!is_listening(port())) {
    if (has_ended(*process_) || std::chrono::steady_clock::now() > end)
      throw std::runtime_error{"the proxy did not start; scripts/check-proxies installs it: " +
                               log()};
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

std::string proxy::log() const {
  return contents_of(directory_ / "log") + contents_of(directory_ / "error.log");
}

}  // namespace support
