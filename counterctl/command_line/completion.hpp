#pragma once

#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace counterctl {

/// Returns a script that completes the commands and flags of `app` in a shell: `bash`, `zsh` or
/// `fish`.
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace counterctl
