#include "infra/rocksdb/fatal.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace ledgate::infra {
namespace {

constexpr int kExitStorage = 70;

}  // namespace

void stop_process(const FatalHandler& handler, std::string_view line) {
  if (handler) {
    handler(line);
    return;
  }
  const std::string text = "ledgate: " + std::string(line) + "\n";
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
  std::_Exit(kExitStorage);
}

}  // namespace ledgate::infra
