#include "web/sites.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace nightjar::web {

namespace fs = std::filesystem;

sites::sites(const std::vector<config::listener>& listeners, const fs::path& page, log::logger& log,
             const sites* before) {
    if (before != nullptr) page_ = before->page_;
    bool page_needed = false;
    for (const auto& listener : listeners) {
        if (listener.protocol == config::listener_protocol::mqtt || listener.closed) continue;
        read_directory_of(listener, log);
        page_needed = page_needed || listener.http_dir.empty();
    }
    if (page_needed) read_page(page, log);
}

void sites::read_page(const fs::path& directory, log::logger& log) {
    try {
        page_ = std::make_shared<const static_table>(directory, log);
    } catch (const fs::filesystem_error& error) {
        log.warning("Warning: the page cannot be served: {}: {}.", directory.string(), error.code().message());
    }
}

void sites::read_directory_of(const config::listener& listener, log::logger& log) {
    if (listener.http_dir.empty() || by_directory_.contains(listener.http_dir)) return;
    try {
        by_directory_.emplace(listener.http_dir, std::make_shared<const static_table>(listener.http_dir, log));
    } catch (const fs::filesystem_error& error) {
        throw std::runtime_error(fmt::format("http_dir {}: {} at {}:{}", listener.http_dir, error.code().message(),
                                             listener.where.file, listener.where.line));
    }
}

std::shared_ptr<const static_table> sites::of(const config::listener& listener) const {
    const auto own = by_directory_.find(listener.http_dir);
    return own == by_directory_.end() ? page_ : own->second;
}

} // namespace nightjar::web
