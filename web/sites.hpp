// The static files of each listener: the built-in page, or the listener's http_dir. Filled before serving.
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "web/static_table.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace nightjar::web {

class sites {
  public:
    // A missing page is worth a warning, REST works without it; a missing http_dir throws std::runtime_error
    // with file and line.
    void read_page(const std::filesystem::path& directory, log::logger& log);
    void read_directory_of(const config::listener& listener, log::logger& log);

    const static_table& of(const config::listener& listener) const;

  private:
    std::map<std::string, std::unique_ptr<static_table>> by_directory_; // of listeners that name one
    std::unique_ptr<static_table> page_ = std::make_unique<static_table>();
};

} // namespace nightjar::web
