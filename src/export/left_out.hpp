// The files of an archive that were not read.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

// Keeps a limited number of names, for people.
class LeftOut {
 public:
  // A short phrase says why.
  void Add(std::string_view path, std::string_view why);

  // Counts it by its ending and the reason.
  void AddAlike(std::string_view path, std::string_view why);

  // "notes.json (export is not valid JSON)", "a.png and 11 more *.png (…)", at the end
  // "97 more files".
  std::vector<std::string> List() const;

 private:
  struct Alike {
    std::string first;
    std::string ending;
    std::string why;
    std::size_t count = 0;
  };

  std::vector<std::string> listed_;
  std::map<std::string, Alike> alike_;
  std::size_t more_ = 0;
};

// The path of a file for people, without control characters; its name if the path is long.
std::string ShownName(std::string_view path);

}  // namespace soulprint
