// POST /api/v1/measurements: values of the past are stored with their own times. They tell nothing of now, so no limit
// is looked at, no state published, and a pause does not stop them. The web side has asked for the right to do so.
#include "broker/plugins/sensors/history_lines.hpp"
#include "broker/plugins/sensors/messages.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/text/json_writer.hpp"
#include "storage/write_batch.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

namespace nightjar::plugins::sensors {

using nightjar::plugin::http_answer;

namespace {

constexpr std::string_view strict_parameter = "strict=true";

bool is_strict(std::string_view query) {
    while (!query.empty()) {
        const auto end = query.find('&');
        if (query.substr(0, end) == strict_parameter) return true;
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    }
    return false;
}

std::int64_t wall_us() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

void write_refused(text::json_writer& out, const std::vector<refused_line>& refused) {
    out.key("refused").begin_array();
    for (const auto& r : refused)
        out.begin_object().field("line", r.line).field("error", r.error).field("detail", r.detail).end_object();
    out.end_array();
}

std::string outcome(std::size_t stored, const std::vector<refused_line>& refused) {
    text::json_writer out;
    out.begin_object().field("stored", stored);
    write_refused(out, refused);
    return out.end_object().take();
}

http_answer refuse_all(const std::vector<refused_line>& refused) {
    const auto& first = refused.front();
    text::json_writer out;
    out.begin_object().field("error", "bad_lines");
    out.field("detail", fmt::format("Nothing was stored, for line {} is wrong: {}", first.line, first.detail));
    write_refused(out, refused);
    return {400, out.end_object().take()};
}

// The sensors of the lines, each asked for once.
class adopted {
  public:
    adopted(registry& all, storage::write_batch& batch) : registry_(all), batch_(batch) {}

    // Why there is none, or nothing.
    std::string_view meet(history_line& line) {
        const auto [entry, is_new] = known_.try_emplace(line.sensor.id);
        const bool tells = !line.sensor.type.empty() || !line.sensor.unit.empty();
        if (!is_new && (!entry->second.empty() || !tells)) return entry->second;
        auto met = registry_.adopt(std::move(line.sensor));
        entry->second = met.rejected;
        // Written each time: it must not come to the disk after its values, whoever met it first.
        if (met.found != nullptr && (is_new || met.news)) batch_.sensors.push_back(std::move(met.record));
        return met.rejected;
    }

  private:
    registry& registry_;
    storage::write_batch& batch_;
    boost::unordered_flat_map<storage::sensor_id, std::string_view> known_;
};

} // namespace

http_answer sensors::take_history(const nightjar::plugin::http_request& request) {
    auto lines = read_history(request.body, wall_us());
    if (lines.too_many)
        return {413, error_message("too_many_lines",
                                   fmt::format("At most {} lines are taken at once.", most_history_lines))};
    if (is_strict(request.query) && !lines.refused.empty()) return refuse_all(lines.refused);

    storage::write_batch batch;
    adopted known(registry_, batch);
    for (auto& line : lines.taken) {
        const auto id = line.sensor.id;
        const auto rejected = known.meet(line);
        if (rejected.empty()) {
            batch.history.push_back(line.value);
        } else {
            lines.refused.push_back(
                {line.line, rejected,
                 fmt::format("There is no sensor {}, and no room for one: plugin_opt_max_sensors is {}.", id,
                             options_.max_sensors)});
        }
    }
    if (is_strict(request.query) && !lines.refused.empty()) return refuse_all(lines.refused);
    std::sort(lines.refused.begin(), lines.refused.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
    if (batch.empty()) return {200, outcome(0, lines.refused)};

    http_answer answer;
    answer.later = [this, what = std::make_shared<storage::write_batch>(std::move(batch)),
                    refused = std::move(lines.refused)](std::function<void(http_answer)> done) mutable {
        const auto stored = what->history.size();
        history_.submit(std::move(*what), [stored, refused = std::move(refused),
                                           done = std::move(done)](std::error_code error) {
            if (error)
                return done(
                    {503, error_message("storage_failed", "The values could not be stored: " + error.message() + ".")});
            done({200, outcome(stored, refused)});
        });
    };
    return answer;
}

} // namespace nightjar::plugins::sensors
