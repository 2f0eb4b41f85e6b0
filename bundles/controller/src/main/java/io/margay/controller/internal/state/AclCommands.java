package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.CreateAcls;
import io.margay.controller.internal.state.Command.DeleteAcls;
import io.margay.model.acl.Acl;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;

/** Applies changes of the rules of authorization. They were checked by the proposer. */
final class AclCommands {
  private AclCommands() { }

  static Outcome create(ClusterState state, CreateAcls command) {
    command.acls().forEach(state::addAcl);
    return Outcome.OK;
  }

  static List<Outcome> delete(ClusterState state, DeleteAcls command) {
    List<Outcome> outcomes = new ArrayList<>(command.acls().size());
    for (Acl acl : command.acls()) {
      outcomes.add(state.removeAcl(acl) ? Outcome.OK : Outcome.of(Errors.RESOURCE_NOT_FOUND));
    }
    return outcomes;
  }
}
