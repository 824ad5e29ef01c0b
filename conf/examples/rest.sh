#!/bin/sh
# The REST interface, line by line, against a nightjar that runs here:
#
#     sh rest.sh                                     # http://localhost:8000
#     NIGHTJAR_URL=https://host:8000 sh rest.sh      # another one; add -u USER:PASSWORD and --cacert to CURL
#
# It ends at the first request that is refused. Bodies are JSON whatever the Content-Type says; every path answers with
# and without its last slash. Nothing here is deleted, but values are stored: try it on a broker that is there to be tried.
set -eu
URL=${NIGHTJAR_URL:-http://localhost:8000}
CURL=${CURL:-curl --silent --show-error --fail-with-body --max-time 30}

say() { printf '\n\n# %s\n' "$*"; }

say 'How is it?'
$CURL "$URL/mqtt/status/"
$CURL "$URL/api/v1/version"

say 'A DHT11 sensor reports: stored, checked against its limits, and published on dht11/sensor/data'
$CURL -d '{"temperature":25,"humidity":60}' "$URL/mqtt/publish/sensor/"
$CURL -d '{"temperature":21.5,"device":"salon"}' "$URL/mqtt/publish/sensor/"

say 'Any message on any topic'
$CURL -d '{"topic":"django/mqtt","msg":"Hello"}' "$URL/publish"
$CURL -d '{"topic":"iot/measurements","msg":{"sensor_id":3,"type":"light","value":2.57,"unit":"V"},"qos":1}' "$URL/publish"

say 'The sensors, one of them, its last value'
$CURL "$URL/api/monitoring/sensors/"
$CURL "$URL/api/monitoring/sensors/?fields=id,name"
$CURL "$URL/api/monitoring/sensors/3/"
$CURL "$URL/api/monitoring/sensors/3/last/"

say 'Its values, newest first; as CSV; of the last hour'
$CURL "$URL/api/monitoring/sensors/3/measurements/?limit=10"
$CURL "$URL/api/monitoring/sensors/3/measurements/?format=csv"
$CURL "$URL/api/monitoring/measurements/?from=$(($(date +%s) - 3600))&order=asc"

say 'For charts: least, largest and mean of each step; and the last five minutes in one line'
$CURL "$URL/api/v1/series?sensor=3&points=100"
$CURL "$URL/api/monitoring/sensors/3/stats/?window=300"

say 'Values of the past, with their own times'
$CURL --data-binary '{"sensor":3,"value":2.4,"created_at":"2024-01-28T15:07:55Z"}' "$URL/api/v1/measurements"

say 'A value out of its range opens an incident: who looks after it?'
$CURL -d '{"temperature":40}' "$URL/mqtt/publish/sensor/"
$CURL "$URL/api/monitoring/incidents/?status=open"
ID=$($CURL "$URL/api/monitoring/incidents/?status=open&limit=1" | sed -n 's/^\[{"id":\([0-9]*\),.*/\1/p')
$CURL -d '{"by":"op1","comment":"window open"}' "$URL/api/monitoring/incidents/$ID/ack/"
$CURL -X POST "$URL/mqtt/publish/incident/$ID/"
$CURL -d '{"by":"op1","comment":"closed it"}' "$URL/api/monitoring/incidents/$ID/close/"
$CURL "$URL/api/monitoring/incidents/$ID/"

say 'Maintenance: nothing is stored and no alert given for fifteen minutes, or until you say so'
$CURL -d '{"minutes":15}' "$URL/mqtt/disconnect/"
$CURL -X POST "$URL/mqtt/connect/"

say 'Who is there, what is retained, what was refused'
$CURL "$URL/api/v1/clients?connected=true"
$CURL "$URL/api/v1/retained?filter=dht11/%23"
$CURL "$URL/api/v1/ingest/rejected"

say 'What all there is to ask, in OpenAPI, for viewers and generators of clients'
$CURL "$URL/api/v1/openapi.json" | grep '^    "/'

say 'Figures, for Prometheus'
$CURL "$URL/metrics" | grep '^sensors_'
