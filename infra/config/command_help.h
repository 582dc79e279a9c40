// What --help teaches: per command one sentence for the list, and the rest for its own page.
#pragma once

#include <string>
#include <string_view>

namespace ledgate::infra {

struct CommandText {
  std::string_view summary;
  std::string_view details;  // what it does, examples, exit codes
};

extern const CommandText kLedgateText;
extern const CommandText kServeText;
extern const CommandText kRebuildText;
extern const CommandText kVerifyText;
extern const CommandText kOpenApiText;
extern const CommandText kKeyringText;
extern const CommandText kKeyringInitText;
extern const CommandText kKeyringRotateText;

}  // namespace ledgate::infra
