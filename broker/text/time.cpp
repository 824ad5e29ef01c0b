#include "broker/text/time.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace nightjar::text {

namespace {

using namespace std::chrono;

struct civil_time {
    year_month_day date;
    hh_mm_ss<milliseconds> time_of_day;
    weekday day_of_week;
};

civil_time civil_from(std::int64_t ms) {
    constexpr auto first = sys_days{year{0} / January / 1}.time_since_epoch() / milliseconds{1};
    constexpr auto last = sys_days{year{10'000} / January / 1}.time_since_epoch() / milliseconds{1} - 1;
    const sys_time<milliseconds> when{milliseconds{std::clamp<std::int64_t>(ms, first, last)}};
    const auto day = floor<days>(when);
    return {year_month_day{day}, hh_mm_ss<milliseconds>{when - day}, weekday{day}};
}

// Takes what it reads off the front of the text.
class reader {
  public:
    explicit reader(std::string_view text) : rest_(text) {}

    bool done() const { return rest_.empty(); }
    bool skip(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool skip_any(std::string_view choices) {
        if (rest_.empty() || choices.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // Exactly `count` digits, at most `highest`.
    bool digits(std::size_t count, int highest, int& value) {
        if (rest_.size() < count) return false;
        value = 0;
        for (const char c : rest_.substr(0, count)) {
            if (c < '0' || c > '9') return false;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(count);
        return value <= highest;
    }
    // One digit or more after the point; what is finer than a millisecond is cut off.
    bool fraction(int& ms) {
        std::size_t count = 0;
        ms = 0;
        for (int unit = 100; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count, unit /= 10)
            ms += (rest_[count] - '0') * unit;
        rest_.remove_prefix(count);
        return count > 0;
    }

  private:
    std::string_view rest_;
};

bool read_offset(reader& in, minutes& offset) {
    if (in.skip_any("Zz")) return in.done();
    const bool east = in.skip_any("+ ");
    if (!east && !in.skip('-')) return false;
    int hour = 0;
    int minute = 0;
    if (!in.digits(2, 23, hour)) return false;
    if (!in.done()) { // "+00" alone is enough, and what PostgreSQL writes
        in.skip(':');
        if (!in.digits(2, 59, minute) || !in.done()) return false;
    }
    offset = (hours{hour} + minutes{minute}) * (east ? 1 : -1);
    return true;
}

std::optional<std::int64_t> parse_iso(std::string_view text) {
    reader in(text);
    int y = 0;
    int m = 0;
    int d = 0;
    if (!in.digits(4, 9999, y) || !in.skip('-') || !in.digits(2, 12, m) || !in.skip('-') || !in.digits(2, 31, d))
        return std::nullopt;
    const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
    if (!date.ok()) return std::nullopt;
    const milliseconds midnight = sys_days{date}.time_since_epoch();
    if (in.done()) return midnight.count();

    int hour = 0;
    int minute = 0;
    int second = 0;
    int ms = 0;
    if (!in.skip_any("Tt ") || !in.digits(2, 23, hour) || !in.skip(':') || !in.digits(2, 59, minute))
        return std::nullopt;
    if (in.skip(':')) {
        if (!in.digits(2, 60, second)) return std::nullopt; // 60: a leap second counts as the next one
        if (in.skip_any(".,") && !in.fraction(ms)) return std::nullopt;
    }
    minutes offset{};
    if (!read_offset(in, offset)) return std::nullopt;
    const auto when =
        midnight + hours{hour} + minutes{minute} + seconds{second} + milliseconds{ms} - milliseconds{offset};
    return when.count();
}

std::optional<std::int64_t> parse_epoch(std::string_view text) {
    constexpr double seconds_end = 1e11;
    constexpr double milliseconds_end = 1e15;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (!(std::fabs(value) < milliseconds_end)) return std::nullopt; // refuses NaN too
    return std::llround(std::fabs(value) < seconds_end ? value * 1000 : value);
}

// The digits of `number` from that worth `unit` on.
void append_digits(std::string& out, std::int64_t number, std::int64_t unit) {
    for (; unit > 0; unit /= 10) out += static_cast<char>('0' + number / unit % 10);
}

} // namespace

std::string format_time_us(std::int64_t us) {
    const auto ms = us >= 0 ? us / 1000 : (us - 999) / 1000;
    const civil_time t = civil_from(ms);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{:03}Z", static_cast<int>(t.date.year()),
                       static_cast<unsigned>(t.date.month()), static_cast<unsigned>(t.date.day()),
                       t.time_of_day.hours().count(), t.time_of_day.minutes().count(), t.time_of_day.seconds().count(),
                       t.time_of_day.subseconds().count(), us - ms * 1000);
}

std::string format_time(std::int64_t ms) {
    const civil_time t = civil_from(ms);
    std::string out; // by hand: lists have one for each of thousands of rows
    out.reserve(sizeof "2026-01-02T03:04:05.678Z");
    append_digits(out, static_cast<int>(t.date.year()), 1000);
    append_digits(out += '-', static_cast<unsigned>(t.date.month()), 10);
    append_digits(out += '-', static_cast<unsigned>(t.date.day()), 10);
    append_digits(out += 'T', t.time_of_day.hours().count(), 10);
    append_digits(out += ':', t.time_of_day.minutes().count(), 10);
    append_digits(out += ':', t.time_of_day.seconds().count(), 10);
    if (const auto fraction = t.time_of_day.subseconds().count(); fraction != 0)
        append_digits(out += '.', fraction, 100);
    return out += 'Z';
}

std::optional<std::int64_t> parse_time(std::string_view text) {
    if (auto when = parse_iso(text)) return when;
    return parse_epoch(text);
}

std::string format_http_date(std::int64_t ms) {
    constexpr std::string_view day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::string_view month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const civil_time t = civil_from(ms);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", day_names[t.day_of_week.c_encoding()],
                       static_cast<unsigned>(t.date.day()), month_names[static_cast<unsigned>(t.date.month()) - 1],
                       static_cast<int>(t.date.year()), t.time_of_day.hours().count(), t.time_of_day.minutes().count(),
                       t.time_of_day.seconds().count());
}

} // namespace nightjar::text
