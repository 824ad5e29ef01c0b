// The stored tables that REST reads. References: the store outlives the web side.
#pragma once

#include "storage/store.hpp"

namespace nightjar::web {

struct tables {
    const storage::sensors& sensors;
    const storage::incidents& incidents;
    const storage::measurement_log& measurements;

    tables(const storage::sensors& s, const storage::incidents& i, const storage::measurement_log& m)
        : sensors(s), incidents(i), measurements(m) {}
    // Implicit: a store is what there is outside of tests.
    tables(const storage::store& store) : tables(store.sensor_table(), store.incident_table(), store.measurements()) {}
};

} // namespace nightjar::web
