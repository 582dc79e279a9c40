#include "domain/value/decision.h"

namespace ledgate {

journal::v1::Personal draft(const UserId& subject, std::string plain) {
  journal::v1::Personal value;
  value.set_subject(std::string(subject.raw()));
  value.set_ciphertext(std::move(plain));
  return value;
}

}  // namespace ledgate
