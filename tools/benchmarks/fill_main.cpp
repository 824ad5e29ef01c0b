// nightjar-fill DIRECTORY --from SECONDS --rounds N [--first ID] [--sensors N]: puts values of sensors that report each
// second into a store that no broker uses, for a broker that is to be measured. The sensors are those that
// `{"sensor_id":ID,"type":"light","unit":"V"}` on iot/measurements would make. Prints a line of JSON.
#include "tools/benchmarks/fill.hpp"

#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

using namespace nightjar;

namespace {

void declare(storage::store& in, bench::batch_writer& by, const bench::series_of_values& what) {
    storage::write_batch batch;
    for (auto id = what.first; id < what.first + what.sensors; ++id)
        batch.sensors.push_back({id,
                                 fmt::format("light {}", id),
                                 "light",
                                 "V",
                                 {},
                                 "measurement",
                                 "iot/measurements",
                                 what.from_us / 1000,
                                 {},
                                 1});
    by.submit(in, std::move(batch), 0);
}

void run(const std::string& directory, const bench::series_of_values& what) {
    const auto store = storage::store::open({directory});
    bench::batch_writer writer;
    declare(*store, writer, what);
    const auto rate = bench::fill(*store, writer, what);
    fmt::print(R"({{"values/s":{:.0f},"values":{},"bytes":{}}})"
               "\n",
               rate, store->measurements().count(), store->stats().used_bytes);
}

} // namespace

int main(int argc, char** argv) {
    std::string directory;
    std::int64_t from_s = 0;
    bench::series_of_values what;
    CLI::App app{"fills a store with values", "nightjar-fill"};
    app.add_option("directory", directory)->required();
    app.add_option("--from", from_s, "seconds since 1970")->required();
    app.add_option("--rounds", what.rounds, "values of each sensor")->required()->check(CLI::Range(1, 40'000'000));
    app.add_option("--first", what.first, "id of the first sensor");
    app.add_option("--sensors", what.sensors)->check(CLI::Range(1, 10'000));
    CLI11_PARSE(app, argc, argv);
    what.from_us = from_s * 1'000'000;
    try {
        run(directory, what);
        return 0;
    } catch (const std::exception& e) {
        fmt::print(stderr, "nightjar-fill: {}\n", e.what());
        return 1;
    }
}
