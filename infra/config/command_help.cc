#include "infra/config/command_help.h"

namespace ledgate::infra {

const CommandText kLedgateText = {"Ledgate: an authentication service in which the log is the truth.",
                                  R"(Examples:
  ledgate serve                                   answer HTTP on 127.0.0.1:8080, keep everything in ./data
  ledgate serve --listen 0.0.0.0:80 --data /var/lib/ledgate/data
  ledgate serve --config ledgate.toml --print-config
  ledgate verify --data /var/lib/ledgate/data     are the read models what the journal says?
  ledgate serve --help                            every setting

Settings come from a TOML file (--config), the environment (LEDGATE_...) and flags; the later wins.

Exit codes:
  0   done, or stopped by SIGTERM or SIGINT
  1   verify or rebuild found read models that are not what the journal says
  2   the command line or a setting is wrong; one line on stderr says which
  70  data, journal, keyring or port cannot be used; one line on stderr says which and why)"};

const CommandText kServeText = {
    "Answer HTTP.",
    R"(Makes what is missing at the first start (data directory, keyring, the administrator admin), applies what the journal
has and prints `ledgate listening on http://HOST:PORT` on stdout when it answers. The log goes to stderr, one JSON object a
line. SIGTERM and SIGINT finish the requests in flight and end the process within 10 s; kill -9 loses nothing that was
acknowledged.

Examples:
  ledgate serve
  ledgate serve --listen [::1]:9000 --rate-limits.enabled=false
  ledgate serve --config /etc/ledgate.toml --log.level debug
  LEDGATE_DATA=/srv/ledgate/data ledgate serve --print-config

Exit codes:
  0   stopped by a signal
  2   the command line or a setting is wrong
  70  data, journal, keyring or port cannot be used

Every setting, with its default. The key a.b_c is --a.b_c or --a.b-c here, LEDGATE_A_B_C in the environment and a.b_c in the
file of --config.)"};

const CommandText kRebuildText = {
    "Make the read models anew from position 0 of the journal.",
    R"(The service must be stopped. The journal is read and not changed; the new read models are compared with the old ones and
then take their place. Progress and rate go to stderr.

Examples:
  ledgate rebuild
  ledgate rebuild --data /var/lib/ledgate/data

Exit codes:
  0   rebuilt; the old read models were the same
  1   rebuilt; the old read models were not the same, and the projections that differed are named
  2   the command line or a setting is wrong
  70  data, journal or keyring cannot be used, or the service is running

The settings are those of `ledgate serve --help`; data and master_key_file matter here.)"};

const CommandText kVerifyText = {
    "Check that the read models are what the journal says.",
    R"(The service must be stopped. Checks the journal (identity, chain, MACs), folds it anew and compares the digest of every
projection; changes nothing. Progress and rate go to stderr.

Examples:
  ledgate verify
  ledgate verify --data /var/lib/ledgate/data --master-key-file /etc/ledgate/keyring

Exit codes:
  0   everything agrees
  1   a projection differs; it is named
  2   the command line or a setting is wrong
  70  data, journal or keyring cannot be used, or the service is running

The settings are those of `ledgate serve --help`; data and master_key_file matter here.)"};

const CommandText kOpenApiText = {
    "Print what this program answers, as an OpenAPI 3.1 document.",
    R"(The document that a node with `debug` shows at /api/schema. Each operation's `x-ledgate-rows` says, for every dialect that
the path serves, what it asks of the caller (access), who may do what to whom (policy), what its requests count as (limit) and
whether it writes to the journal (kind). Needs no data directory.

Examples:
  ledgate openapi > openapi.json

Exit codes:
  0   printed
  2   the command line or a setting is wrong)"};

const CommandText kKeyringText = {
    "Make the keyring, or start its next epoch.",
    R"(The keyring (the file of master_key_file) opens the personal data in the journal. Whoever has it and the data can read
both; whoever loses it can read neither.

Examples:
  ledgate keyring init --master-key-file /etc/ledgate/keyring
  ledgate keyring rotate --master-key-file /etc/ledgate/keyring

Exit codes:
  0   done
  2   the command line or a setting is wrong
  70  the file cannot be used)"};

const CommandText kKeyringInitText = {
    "Make a new keyring file with mode 0600; never overwrite one.",
    R"(`ledgate serve` does this by itself at its first start with the embedded journal.

Example:
  ledgate keyring init --master-key-file /etc/ledgate/keyring

Exit codes:
  0   the file is there now
  2   the command line or a setting is wrong
  70  there is such a file already, or it cannot be written)"};

const CommandText kKeyringRotateText = {
    "Add an epoch to the keyring; what is sealed from now on uses it.",
    R"(The old epochs stay in the file, so that what they sealed can be opened. Restart the service afterwards.

Example:
  ledgate keyring rotate --master-key-file /etc/ledgate/keyring

Exit codes:
  0   the epoch is in the file
  2   the command line or a setting is wrong
  70  the file is missing, readable by others, or not a keyring)"};

}  // namespace ledgate::infra
