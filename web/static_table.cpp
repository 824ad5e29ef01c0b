#include "web/static_table.hpp"

#include "web/header_value.hpp"

#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace nightjar::web {

namespace fs = std::filesystem;

namespace {

// The page's own scripts and styles only, WebSockets anywhere (the broker may listen on another port), and no
// frames.
constexpr std::string_view content_security_policy = "default-src 'self'; connect-src 'self' ws: wss:; "
                                                     "img-src 'self' data:; base-uri 'none'; form-action 'self'; "
                                                     "frame-ancestors 'none'";

std::string_view content_type_of(const fs::path& name) {
    static constexpr std::pair<std::string_view, std::string_view> types[] = {
        {".html", "text/html; charset=utf-8"},
        {".htm", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".gif", "image/gif"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".woff", "font/woff"},
        {".wasm", "application/wasm"},
        {".txt", "text/plain; charset=utf-8"},
        {".md", "text/plain; charset=utf-8"},
        {".csv", "text/csv; charset=utf-8"},
        {".xml", "application/xml"},
        {".pdf", "application/pdf"},
    };
    const std::string extension = name.extension().string();
    for (const auto& [known, type] : types)
        if (equals_ignoring_case(extension, known)) return type;
    return "application/octet-stream";
}

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) throw fs::filesystem_error("cannot read", path, std::make_error_code(std::errc::io_error));
    return bytes;
}

bool lies_within(const fs::path& path, const fs::path& root) {
    const auto relative = path.lexically_relative(root);
    return !relative.empty() && *relative.begin() != "..";
}

// Every regular file that may be served, links already followed.
std::vector<std::pair<std::string, fs::path>> files_below(const fs::path& root, log::logger& log) {
    std::vector<std::pair<std::string, fs::path>> found;
    for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
        const fs::path& path = entry->path();
        if (path.filename().string().starts_with('.')) {
            if (entry->is_directory()) entry.disable_recursion_pending();
            continue;
        }
        std::error_code error;
        const fs::path real = fs::canonical(path, error);
        if (error || !lies_within(real, root)) {
            log.warning("Warning: {} is not served: it leads out of {} or nowhere.", path.string(), root.string());
            continue;
        }
        if (fs::is_regular_file(real)) found.emplace_back('/' + path.lexically_relative(root).string(), real);
    }
    return found;
}

} // namespace

static_table::static_table(const fs::path& directory, log::logger& log, std::size_t limit) {
    const fs::path root = fs::canonical(directory);
    std::size_t total = 0;
    for (const auto& [name, path] : files_below(root, log)) {
        total += fs::file_size(path);
        if (total > limit) {
            log.warning("Warning: {} holds more than {} bytes; from {} on its files are not served.", root.string(),
                        limit, name);
            break;
        }
        files_.emplace(name, served_file(read_file(path), content_type_of(name)));
    }
    join_compressed();
    add_directory_indexes();
}

void static_table::join_compressed() {
    for (auto entry = files_.begin(); entry != files_.end();) {
        constexpr std::string_view suffix = ".gz";
        const std::string_view name = entry->first;
        const auto plain =
            name.ends_with(suffix) ? files_.find(name.substr(0, name.size() - suffix.size())) : files_.end();
        if (plain == files_.end()) {
            ++entry;
            continue;
        }
        plain->second.join(std::move(entry->second));
        entry = files_.erase(entry);
    }
}

void static_table::add_directory_indexes() {
    constexpr std::string_view index = "/index.html", all_below = "/{...}.html";
    for (const auto& [name, entry] : files_) {
        if (name.ends_with(all_below)) below_.emplace(name.substr(0, name.size() - all_below.size()), name);
        if (!name.ends_with(index)) continue;
        const std::string directory = name.substr(0, name.size() - index.size());
        index_.emplace(directory.empty() ? "/" : directory, name);
    }
    if (files_.contains("/iot/mqtt.html")) index_.emplace("/iot", "/iot/mqtt.html");
}

const served_file* static_table::find(std::string_view path) const {
    if (const auto entry = index_.find(path); entry != index_.end()) path = entry->second;
    const auto entry = files_.find(path);
    return entry == files_.end() ? find_above(path) : &entry->second;
}

const served_file* static_table::find_above(std::string_view path) const {
    for (auto slash = path.rfind('/'); slash != std::string_view::npos; slash = path.rfind('/')) {
        path = path.substr(0, slash);
        if (const auto entry = below_.find(path); entry != below_.end()) return &files_.find(entry->second)->second;
    }
    return nullptr;
}

response static_table::serve(const request& what) const {
    const served_file* entry = find(what.path);
    if (entry == nullptr) return not_found("There is nothing at this path.");
    auto answer = entry->serve(what);
    answer.fields.emplace_back("Content-Security-Policy", content_security_policy);
    return answer;
}

} // namespace nightjar::web
