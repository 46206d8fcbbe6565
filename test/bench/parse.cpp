// Parses a JSON file with simdjson alone, to compare with: the second time, in memory that is there.
// Prints "seconds cpu_seconds megabytes" as measure.py does.
//
//   parse FILE

#include <simdjson.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <ctime>

int main(int, char** arguments) {
  simdjson::padded_string json;
  if (simdjson::padded_string::load(arguments[1]).get(json) != simdjson::SUCCESS) return 1;
  simdjson::dom::parser parser;
  double seconds = 0;
  double cpu = 0;
  for (int time = 0; time < 2; ++time) {
    const auto began = std::chrono::steady_clock::now();
    const std::clock_t used = std::clock();
    if (parser.parse(json).error() != simdjson::SUCCESS) return 1;
    cpu = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC;
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  }
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.3f %.3f %.1f\n", seconds, cpu, static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}
