#include "storage/merged_log.hpp"

#include <algorithm>

namespace nightjar::storage {

measurement_page merged_log::query(const measurement_query& what, std::chrono::milliseconds budget) const {
    if (!merged_.any()) return rows_.query(what, budget);
    measurement_page page;
    if (what.sensor) {
        auto sensors = merged_.parts_of(*what.sensor);
        sensors.push_back(*what.sensor);
        page = join(what, sensors, budget);
    } else {
        page = rows_.query(what, budget);
    }
    for (auto& row : page.rows) row.sensor = merged_.owner_of(row.sensor);
    return page;
}

// A page of each, joined as far as all of them reach.
measurement_page merged_log::join(const measurement_query& what, const std::vector<sensor_id>& sensors,
                                  std::chrono::milliseconds budget) const {
    const auto before = [&what](measurement_id a, measurement_id b) { return what.ascending ? a < b : a > b; };
    measurement_page all;
    auto one = what;
    for (const auto sensor : sensors) {
        one.sensor = sensor;
        const auto page = rows_.query(one, budget / sensors.size());
        all.rows.insert(all.rows.end(), page.rows.begin(), page.rows.end());
        all.out_of_time |= page.out_of_time;
        if (page.next && (!all.next || before(*page.next, *all.next))) all.next = page.next;
    }
    if (all.next) std::erase_if(all.rows, [&](const auto& row) { return before(*all.next, row.id); });
    std::sort(all.rows.begin(), all.rows.end(), [&](const auto& a, const auto& b) { return before(a.id, b.id); });
    if (all.rows.size() > what.limit) all.rows.resize(what.limit);
    if (all.rows.size() == what.limit && !all.rows.empty()) {
        all.next = all.rows.back().id;
        all.out_of_time = false;
    }
    return all;
}

std::optional<stored_measurement> merged_log::last(sensor_id sensor) const {
    auto newest = rows_.last(sensor);
    for (const auto part : merged_.parts_of(sensor))
        if (auto other = rows_.last(part); other && (!newest || other->id > newest->id)) newest = other;
    if (newest) newest->sensor = sensor;
    return newest;
}

sensor_summary merged_log::summary(sensor_id sensor) const {
    auto sum = rows_.summary(sensor);
    for (const auto part : merged_.parts_of(sensor)) {
        const auto other = rows_.summary(part);
        sum.count += other.count;
        if (other.first && (!sum.first || other.first->id < sum.first->id)) sum.first = other.first;
        if (other.last && (!sum.last || other.last->id > sum.last->id)) sum.last = other.last;
    }
    for (auto* row : {&sum.first, &sum.last})
        if (*row) (*row)->sensor = sensor;
    return sum;
}

time_extent merged_log::extent(sensor_id sensor) const {
    auto all = rows_.extent(sensor);
    for (const auto part : merged_.parts_of(sensor))
        if (const auto other = rows_.extent(part); other.latest_ms >= other.earliest_ms)
            all.widen(other.earliest_ms, other.latest_ms);
    return all;
}

// One after the other into the same steps.
void merged_log::read(series& what, std::chrono::milliseconds budget) const {
    const auto asked = what.sensor;
    auto sensors = merged_.parts_of(asked);
    sensors.insert(sensors.begin(), asked);
    what.sensor = sensors[std::min(what.part, sensors.size() - 1)];
    rows_.read(what, budget);
    what.sensor = asked;
    if (!what.complete || what.part + 1 >= sensors.size()) return;
    ++what.part;
    what.complete = false;
    what.next.reset();
}

} // namespace nightjar::storage
