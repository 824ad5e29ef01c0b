// The static files of all listeners: the built-in page, or the listener's http_dir. Filled once, then constant: any
// thread may read it. A reload makes new ones.
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "web/static_table.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nightjar::web {

class sites {
  public:
    // `page`: the directory of the built-in page. If it cannot be read, that is worth a warning, and the page of
    // `before` stays, if there is one: REST works without it. An http_dir that cannot be read throws std::runtime_error
    // with file and line.
    sites(const std::vector<config::listener>& listeners, const std::filesystem::path& page, log::logger& log,
          const sites* before = nullptr);

    std::shared_ptr<const static_table> of(const config::listener& listener) const;

  private:
    void read_page(const std::filesystem::path& directory, log::logger& log);
    void read_directory_of(const config::listener& listener, log::logger& log);

    std::map<std::string, std::shared_ptr<const static_table>> by_directory_; // of listeners that name one
    std::shared_ptr<const static_table> page_ = std::make_shared<static_table>();
};

} // namespace nightjar::web
