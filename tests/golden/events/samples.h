// One sample of every fact there is, with every field set: what is written beside this file as bytes and as JSON, and
// must be read for ever.
#pragma once

#include "domain/journal.pb.h"
#include "infra/crypto/vault.h"
#include "tests/support/fact_samples.h"

#include <string>
#include <vector>

namespace ledgate::golden {

// Where the samples lie.
std::string folder();
std::string read_file(const std::string& path);
// The paths of the files that end in `ending`, sorted.
std::vector<std::string> files(const std::string& ending);

// The keyring under which the sample records were made; it lies beside them.
const infra::KeyringVault& keyring();

using testing::every_fact;
using testing::Fact;

// Dotted paths of the fields that are set, "user.registered.role"; of lists, as if they were one.
std::vector<std::string> fields_of(const google::protobuf::Message& message);

// A transaction with every field set.
journal::v1::Transaction full_transaction();
journal::v1::Genesis full_genesis();

std::string to_json(const google::protobuf::Message& message);

// A file that is there is never written again.
void write_if_missing(const std::string& name, const std::string& content);
// LEDGATE_WRITE_GOLDEN=1 was given: samples that are missing are added.
bool may_write();

}  // namespace ledgate::golden
