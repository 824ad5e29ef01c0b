// The values as they count: those of sensors that were merged into another one are the other's. Each sensor's rows stay
// where they are; reading joins them by their ids.
#pragma once

#include "storage/measurement_log.hpp"
#include "storage/merges.hpp"

namespace nightjar::storage {

class merged_log final : public measurement_log {
  public:
    // Both outlive it.
    merged_log(const measurement_log& rows, const merges& merged) : rows_(rows), merged_(merged) {}

    measurement_page query(const measurement_query& what, std::chrono::milliseconds budget) const override;
    std::optional<stored_measurement> last(sensor_id sensor) const override;
    sensor_summary summary(sensor_id sensor) const override;
    time_extent extent(sensor_id sensor) const override;
    void read(series& what, std::chrono::milliseconds budget) const override;
    std::uint64_t count() const override { return rows_.count(); }

  private:
    measurement_page join(const measurement_query& what, const std::vector<sensor_id>& sensors,
                          std::chrono::milliseconds budget) const;

    const measurement_log& rows_;
    const merges& merged_;
};

} // namespace nightjar::storage
