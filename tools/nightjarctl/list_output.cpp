#include "tools/nightjarctl/list_output.hpp"

#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

void print_list(const rest_access& where, const std::string& path, std::size_t limit, bool as_json, row heading,
                const std::function<row(const boost::json::object&)>& row_of) {
    std::vector<row> rows{std::move(heading)};
    const char* before = "[";
    get_pages(where, path, limit, [&](const boost::json::array& page) {
        for (const auto& entry : page) {
            if (!as_json) {
                rows.push_back(row_of(entry.as_object()));
                continue;
            }
            fmt::print("{}{}", before, boost::json::serialize(entry));
            before = ",\n";
        }
    });
    if (as_json) {
        fmt::print("{}]\n", *before == '[' ? "[" : "");
    } else {
        fmt::print("{}", format_table(rows));
    }
}

} // namespace nightjar::ctl
