#include "broker/config/options/sections.hpp"

#include "broker/config/options/make.hpp"
#include "broker/config/values.hpp"

#include <algorithm>

namespace nightjar::config {

namespace {

void apply_plugin(reading& at, std::string_view value) {
    if (value == "builtin:sensors" || value == "builtin:none") {
        auto& plugins = at.result.conf.plugins;
        const auto is_plugin = [&](const plugin& p) { return p.name == value; };
        const auto there = std::find_if(plugins.begin(), plugins.end(), is_plugin);
        at.current_plugin =
            there != plugins.end() ? &*there : &plugins.emplace_back(plugin{std::string(value), {}, at.where});
    } else {
        at.report(severity::error, "The plugin \"" + std::string(value) +
                                       "\" cannot be loaded: there are builtin:sensors and builtin:none only.");
    }
}

} // namespace

void add_plugin_options(std::vector<option>& t) {
    t.push_back(works("plugin", apply_plugin));
    for (const auto* name : {"auth_plugin", "global_plugin", "plugin_load", "plugin_use"})
        t.push_back(would_open(name, "mosquitto's plugins cannot be loaded"));
    t.push_back(ignored("auth_plugin_deny_special_chars", "mosquitto's plugins cannot be loaded"));
}

} // namespace nightjar::config
