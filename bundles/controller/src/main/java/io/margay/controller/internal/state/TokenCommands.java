package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.CreateToken;
import io.margay.controller.internal.state.Command.ExtendToken;
import io.margay.controller.internal.state.Command.RemoveTokens;
import io.margay.metadata.DelegationToken;
import io.margay.protocol.Errors;

/** Applies changes of delegation tokens, and has their form as bytes. Who may change them was checked by the proposer. */
final class TokenCommands {
  private TokenCommands() { }

  static Outcome create(ClusterState state, CreateToken command) {
    state.putToken(command.token());
    return Outcome.OK;
  }

  static Outcome extend(ClusterState state, ExtendToken command) {
    DelegationToken token = state.tokens().get(command.id());
    if (token == null) {
      return Outcome.of(Errors.DELEGATION_TOKEN_NOT_FOUND);
    }
    state.putToken(token.until(command.expiryMs()));
    return Outcome.OK;
  }

  static Outcome remove(ClusterState state, RemoveTokens command) {
    for (String id : command.ids()) {
      DelegationToken token = state.tokens().get(id);
      if (token != null && Math.min(token.times().maxMs(), token.times().expiryMs()) <= command.expiredMs()) {
        state.removeToken(id);
      }
    }
    return Outcome.OK;
  }

  /** Id, owner, requester, renewers (text each), then the times of issue, latest end and end (int64 each). */
  static void write(BinaryWriter out, DelegationToken token) {
    out.text(token.id()).text(token.owner()).text(token.requester()).list(token.renewers(), BinaryWriter::text).int64(token.times().issueMs())
        .int64(token.times().maxMs()).int64(token.times().expiryMs());
  }

  static DelegationToken read(BinaryReader in) {
    return new DelegationToken(in.text(), in.text(), in.text(), in.list(BinaryReader::text),
        new DelegationToken.Times(in.int64(), in.int64(), in.int64()));
  }
}
