// The REST interface, a file per subject. Each function adds its routes to the table; what is passed outlives
// the router. Handlers run on the web thread.
#pragma once

#include "web/router.hpp"
#include "web/tables.hpp"

#include <chrono>

namespace nightjar::admin {
class administrator;
}

namespace nightjar::web {

// GET /api/monitoring/sensors, .../{id}, .../{id}/last
void add_sensor_routes(router& routes, const tables& stored, admin::administrator& admin);
response show_sensor(const storage::sensor_record& sensor, const tables& stored, admin::administrator& admin);

// POST /api/monitoring/sensors, PATCH and DELETE .../{id}, POST .../{id}/merge
void add_sensor_change_routes(router& routes, const tables& stored, admin::administrator& admin,
                              std::chrono::milliseconds deadline);

// GET /api/monitoring/measurements, /api/monitoring/sensors/{id}/measurements
void add_measurement_routes(router& routes, const tables& stored, std::chrono::milliseconds reading_time);

// POST /api/v1/measurements
void add_history_route(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline);

// GET /api/v1/series, /api/monitoring/sensors/{id}/stats
void add_series_routes(router& routes, const tables& stored);
answer list_steps(const request& what, const storage::sensor_record& sensor, const tables& stored); // points=, step=

// GET /api/monitoring/incidents, .../{id}, and the same under /incident/archive; the sensors plugin takes the POSTs
void add_incident_routes(router& routes, const tables& stored);

// POST /publish
void add_publish_route(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline);

// GET /mqtt/status and POST /mqtt/publish/sensor, which the old dashboard called /api/post; with a sensors plugin only
void add_sensor_publish_routes(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline);

// GET /latest and /api, as the old dashboard had them
void add_old_dashboard_routes(router& routes, const tables& stored);

// POST /mqtt/connect and /mqtt/disconnect
void add_ingestion_routes(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline);

// GET /metrics
void add_metrics_route(router& routes, admin::administrator& admin);

// POST and GET /api/v1/config/reload
void add_reload_routes(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline);

// GET /api/v1/version, /api/v1/systree, /api/v1/listeners, as mosquitto 2.1 has them
void add_system_routes(router& routes, const config::configuration& conf, admin::administrator& admin);

// GET /api/v1/clients, GET and DELETE .../{id}; the same of /api/v1/sessions/{number}
void add_client_routes(router& routes, const tables& stored, admin::administrator& admin,
                       std::chrono::milliseconds deadline);

// GET and DELETE /api/v1/retained, .../{topic}
void add_retained_routes(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline);

// GET /api/v1/acl/check
void add_acl_route(router& routes, const config::configuration& conf, admin::administrator& admin);

// GET /api/v1/trace
void add_trace_route(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline);

// GET /api/v1/openapi.json
void add_openapi_route(router& routes);

} // namespace nightjar::web
