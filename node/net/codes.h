// The stable codes of the network's errors, and the reject codes of hellos. Each reject costs the
// connection, and none is held against the key: what was said is not signed by it, or the other
// side may be of another time.
#pragma once

#include "crypto/reject.h"

namespace node {

inline constexpr crypto::RejectCode kHelloForm{
    "E-HELLO-FORM", "Run a version of the node that this network knows on the other side."};
inline constexpr crypto::RejectCode kHelloNetwork{
    "E-HELLO-NETWORK", "Start both nodes with the genesis file of one network."};
inline constexpr crypto::RejectCode kHelloVersion{"E-HELLO-VERSION",
                                                  "Bring the older of the two nodes up to date."};
inline constexpr crypto::RejectCode kHelloRole{
    "E-HELLO-ROLE", "Look at what stands between the nodes: it sends a node its own words."};
inline constexpr crypto::RejectCode kHelloOrganisation{
    "E-HELLO-ORGANISATION",
    "Start the node of that key with the organisation that enrolled it, or mend the address."};
inline constexpr crypto::RejectCode kHelloSignature{
    "E-HELLO-SIGNATURE", "Look at what stands between the nodes: it may pass on their words."};

namespace error_code {
inline constexpr std::string_view kPeerListen = "E-PEER-LISTEN";  // the address is wrong or taken
inline constexpr std::string_view kPeerSeed = "E-PEER-SEED";      // not host:port
inline constexpr std::string_view kPeerTls = "E-PEER-TLS";        // OpenSSL cannot do it
}  // namespace error_code

}  // namespace node
