// What two products have in common on the paths that they share: how errors are worded until it is known who is meant,
// and the one answer that serves both.
#pragma once

#include "api/answer/envelope.h"
#include "api/contract/route.h"

namespace ledgate::api {

extern const Envelope kEnvelopeV1;    // under /api/v1/auth: ndastro-api and Book Corners
extern const Envelope kEnvelopeAuth;  // under /api/auth: imagor-studio and lightnovel-crawler

// Rows that serve two products alike. All others stand in their product's folder.
RouteTable shared_routes();

}  // namespace ledgate::api
