#include "broker/text/metrics_writer.hpp"

#include <cmath>

#include <fmt/format.h>

namespace nightjar::text {

namespace {

std::string_view word(metrics_writer::kind what) {
    switch (what) {
    case metrics_writer::kind::counter: return "counter";
    case metrics_writer::kind::gauge: return "gauge";
    case metrics_writer::kind::untyped: return "untyped";
    }
    return "untyped";
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || (quotes && c == '"')) out += '\\';
        out += c;
    }
}

} // namespace

metrics_writer& metrics_writer::family(std::string_view name, kind what, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ");
    append_escaped(text_, help, false);
    text_.append("\n# TYPE ").append(name).append(" ").append(word(what)).append("\n");
    return *this;
}

metrics_writer& metrics_writer::sample(labels which, double number) {
    if (std::isnan(number)) return sample_text(which, "NaN");
    if (std::isinf(number)) return sample_text(which, number > 0 ? "+Inf" : "-Inf");
    return sample_text(which, fmt::format("{}", number));
}

metrics_writer& metrics_writer::sample_text(labels which, std::string_view number) {
    text_ += name_;
    char before = '{';
    for (const auto& [label, value] : which) {
        text_ += before;
        text_.append(label).append("=\"");
        append_escaped(text_, value, true);
        text_ += '"';
        before = ',';
    }
    if (which.size() > 0) text_ += '}';
    text_.append(" ").append(number).append("\n");
    return *this;
}

metrics_writer& metrics_writer::append(std::string_view text) {
    text_ += text;
    if (!text.empty() && text.back() != '\n') text_ += '\n';
    return *this;
}

} // namespace nightjar::text
