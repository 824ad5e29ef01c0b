#include "broker/config/option_table.hpp"

#include "broker/config/options/sections.hpp"
#include "broker/config/values.hpp"

#include <algorithm>
#include <vector>

namespace nightjar::config {

namespace {

std::vector<option> make_table() {
    std::vector<option> t;
    add_general_options(t);
    add_logging_options(t);
    add_listener_options(t);
    add_tls_options(t);
    add_plugin_options(t);
    add_bridge_options(t);
    return t;
}

} // namespace

listener& reading::add_listener() {
    auto& made = result.conf.listeners.emplace_back();
    made.where = where;
    return made;
}

void reading::report(severity level, std::string text) {
    result.findings.push_back({level, std::move(text), where, {}});
}

std::span<const option> all_options() {
    static const std::vector<option> table = make_table(); // constant after its first use
    return table;
}

const option* find_option(std::string_view name) {
    const auto all = all_options();
    const auto found = std::find_if(all.begin(), all.end(), [&](const option& o) { return o.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::string_view nearest_option(std::string_view name) {
    std::string_view best;
    auto distance = std::max<std::size_t>(name.size() / 3, 2) + 1; // further is no help
    for (const auto& o : all_options())
        if (const auto d = edit_distance(name, o.name); d < distance) {
            distance = d;
            best = o.name;
        }
    return best;
}

} // namespace nightjar::config
