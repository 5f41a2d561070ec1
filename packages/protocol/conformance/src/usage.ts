/** What `tallyback-conformance --help` prints. */
export const USAGE = `tallyback-conformance: does a tracker or a sender keep to the protocol?

  tallyback-conformance receiver --url URL --advertiser KEY --secret whsec_… --click-id ID
      sends requests, right and wrong ones, and judges the answers
      --next-secret whsec_…   a second active secret: rotation
      --signing-key whsk_…    the key whose public half the receiver has: ed25519
      --token TOKEN           what proves another advertiser, one that signs nothing: forms, tokens
      --token-click-id ID     a click of an offer of that one
      --tolerance SECONDS     what the receiver tolerates of clocks (300)
      --timeout SECONDS       how long an answer may take (10)

  tallyback-conformance sender --listen PORT --secret whsec_…
      plays a receiver: answers, refuses, hangs, breaks off; judges what comes
      GET /plan lists what the sender has to send, in this order
      --host ADDRESS          where to listen (127.0.0.1)
      --advertiser KEY        whom the sender says to be (acme)
      --next-secret whsec_…   the sender signs with this one, too
      --public-key whpk_…     the sender signs with its private half, too, or with nothing else
      --attempts COUNT        so many it makes before it gives up (10)
      --retry-after SECONDS   what the server asks for (3)
      --min-delay MS          the sender waits so long at least (100)
      --quiet MS              so long it must be silent in the end (3000)
      --limit SECONDS         after which the result is drawn (120)
      --tolerance SECONDS     how far its clock may be from ours (300)

  both:
      --only NAME             these cases or groups alone; may be repeated
      --list                  names the cases and does nothing
      --json                  the result as one JSON document
      --secret-env NAME       takes a secret from the environment; also --next-secret-env, --signing-key-env,
                              --token-env

Exit code: 0 every case passed that could be tried, 1 something failed, 2 the command line was not understood.
Skipped cases say what they need.`;
