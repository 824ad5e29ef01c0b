// Writes Prometheus' text format 0.0.4: families, each with its HELP and TYPE, and their samples. The caller gives
// every family once and every sample of it other labels. Pure.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace nightjar::text {

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

class metrics_writer {
  public:
    enum class kind { counter, gauge, untyped };
    using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    // What follows are its samples.
    metrics_writer& family(std::string_view name, kind what, std::string_view help);

    metrics_writer& sample(std::unsigned_integral auto number) { return sample({}, number); }
    metrics_writer& sample(double number) { return sample({}, number); }
    metrics_writer& sample(labels which, std::unsigned_integral auto number) {
        return sample_text(which, std::to_string(number));
    }
    metrics_writer& sample(labels which, double number);
    // `number` is written as one already.
    metrics_writer& sample_text(labels which, std::string_view number);

    // Families that somebody else has written.
    metrics_writer& append(std::string_view text);

    std::string take() { return std::move(text_); }

  private:
    std::string text_;
    std::string name_;
};

} // namespace nightjar::text
