#include "broker/config/options/make.hpp"

namespace nightjar::config {

void wrong_value(reading& at, std::string_view name, std::string_view value, std::string_view wanted) {
    std::string text = "Invalid value \"";
    text.append(value).append("\" of ").append(name).append(": ").append(wanted).append(".");
    at.report(severity::error, std::move(text));
}

std::optional<bool> read_flag(reading& at, std::string_view name, std::string_view value) {
    const auto v = parse_bool(value);
    if (!v) wrong_value(at, name, value, "true or false is wanted");
    return v;
}

std::optional<std::int64_t> read_number(reading& at, std::string_view name, std::string_view value, std::int64_t least,
                                        std::int64_t most) {
    const auto v = parse_integer(value);
    if (v && *v >= least && *v <= most) return v;
    wrong_value(at, name, value,
                "a number from " + std::to_string(least) + " to " + std::to_string(most) + " is wanted");
    return {};
}

listener& default_listener(reading& at) {
    if (at.default_listener == nullptr) {
        at.default_listener = &at.add_listener();
        const auto where = at.default_listener->where;
        *at.default_listener = at.unplaced;
        at.default_listener->where = where;
    }
    return *at.default_listener;
}

listener& current_listener(reading& at) {
    if (at.current != nullptr) return *at.current;
    return at.default_listener != nullptr ? *at.default_listener : at.unplaced;
}

option works(std::string_view name, apply how) { return {name, support::works, {}, {}, false, std::move(how)}; }
option once(std::string_view name, apply how) { return {name, support::works, {}, {}, true, std::move(how)}; }
option ignored(std::string_view name, std::string_view effect, std::string_view anyway) {
    return {name, support::ignored, effect, anyway, false, {}};
}
option would_open(std::string_view name, std::string_view effect) {
    return {name, support::would_open, effect, {}, false, {}};
}

listener& guarded_listener(reading& at, std::string_view name) {
    auto& l = current_listener(at);
    if (&l == &at.unplaced && at.guard_unplaced.empty()) {
        at.guard_unplaced = name;
        at.guard_where = at.where;
    }
    return l;
}

option flag(std::string_view name, bool configuration::*member) {
    return works(name, [name, member](reading& at, std::string_view value) {
        if (const auto v = read_flag(at, name, value)) at.result.conf.*member = *v;
    });
}

option text(std::string_view name, std::string configuration::*member) {
    return once(name, [member](reading& at, std::string_view value) { at.result.conf.*member = value; });
}

option listener_flag(std::string_view name, bool listener::*member) {
    return works(name, [name, member](reading& at, std::string_view value) {
        const auto v = read_flag(at, name, value);
        if (v) (*v ? guarded_listener(at, name) : current_listener(at)).*member = *v;
    });
}

option listener_text(std::string_view name, std::string listener::*member) {
    return works(name, [name, member](reading& at, std::string_view value) {
        auto& l = guarded_listener(at, name);
        if (!(l.*member).empty())
            return at.report(severity::error, "Duplicate \"" + std::string(name) + "\" value in configuration.");
        l.*member = value;
    });
}

} // namespace nightjar::config
