// Random topic names and filters over few levels, so that they often meet. Seeded: a failure repeats.
#pragma once

#include <random>
#include <string>

namespace nightjar::topics::test {

class random_topics {
  public:
    explicit random_topics(unsigned seed) : random_(seed) {}

    std::string name() { return path({"a", "b", "", "$x", "long-level-name"}); }
    std::string filter() {
        auto text = path({"a", "b", "", "$x", "+", "+", "long-level-name"});
        if (random_() % 4 == 0) text = random_() % 3 == 0 ? "#" : text + "/#";
        return text;
    }
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  private:
    std::string path(std::initializer_list<const char*> levels) {
        std::string text;
        const auto count = 1 + below(4);
        for (unsigned i = 0; i < count; ++i) {
            if (i > 0) text += '/';
            text += *(levels.begin() + below(static_cast<unsigned>(levels.size())));
        }
        return text.empty() ? "a" : text;
    }
    std::mt19937 random_;
};

} // namespace nightjar::topics::test
