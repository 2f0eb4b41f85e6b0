package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ClusterLimits;
import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.ConfigCommands;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterUserScramCredentialsRequest;
import io.margay.protocol.message.AlterUserScramCredentialsRequest.ScramCredentialDeletion;
import io.margay.protocol.message.AlterUserScramCredentialsRequest.ScramCredentialUpsertion;
import io.margay.protocol.message.AlterUserScramCredentialsResponse;
import io.margay.protocol.message.AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.security.Scram;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * AlterUserScramCredentials (51): sets and deletes what is kept of passwords. The changes of a user are made together or not at all. Passwords do
 * not come here: the client has hashed them.
 */
@Component(service = ApiHandler.class)
public final class AlterUserScramCredentialsHandler extends AdminHandler<AlterUserScramCredentialsRequest> {
  private static final long CHANGE_BYTES = 700;
  private static final int MAX_NAME_CHARACTERS = 1_000;
  private static final int MAX_SECRET_BYTES = 1_024;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public AlterUserScramCredentialsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  AlterUserScramCredentialsHandler(ControllerRuntime controller) {
    super(AlterUserScramCredentialsRequest.API, AlterUserScramCredentialsRequest::new, Access.cluster(AclOperation.ALTER));
    this.controller = controller;
  }

  @Override
  long answerBytes(Request request, AlterUserScramCredentialsRequest message) {
    return CHANGE_BYTES * ((long) message.deletions().size() + message.upsertions().size());
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, AlterUserScramCredentialsRequest message) {
    ClusterImage image = controller.image();
    Map<String, List<ConfigEdit>> edits = new LinkedHashMap<>();
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    for (ScramCredentialDeletion deletion : message.deletions()) {
      outcomes.merge(deletion.name(), add(edits, deletion.name(), seen, () -> edit(image, deletion)), AlterUserScramCredentialsHandler::worse);
    }
    for (ScramCredentialUpsertion upsertion : message.upsertions()) {
      outcomes.merge(upsertion.name(), add(edits, upsertion.name(), seen, () -> edit(upsertion)), AlterUserScramCredentialsHandler::worse);
    }
    List<ConfigChange> changes = new ArrayList<>();
    long grownBytes = 0;
    for (Map.Entry<String, Outcome> user : outcomes.entrySet()) {
      if (user.getValue().ok()) {
        ConfigChange change = new ConfigChange(ConfigResource.user(user.getKey()), false, edits.get(user.getKey()));
        try {
          long grown = grownBytes + grownBytes(image, change);
          controller.planner().limits().checkConfigs(image, grown);
          grownBytes = grown;
          changes.add(change);
        } catch (RefusedException e) {
          user.setValue(e.outcome());
        }
      }
    }
    return changes.isEmpty() ? now(response(outcomes)) : controller.<List<Outcome>>propose(new AlterConfigs(changes)).thenApply(applied -> {
      for (int i = 0; i < changes.size(); i++) {
        outcomes.put(changes.get(i).resource().name(), applied.get(i));
      }
      return response(outcomes);
    });
  }

  private static long grownBytes(ClusterImage image, ConfigChange change) {
    Map<String, String> before = image.config(change.resource());
    return ClusterLimits.sizeBytes(change.resource(), ConfigCommands.edited(before, change))
        - ClusterLimits.sizeBytes(change.resource(), before);
  }

  private static Outcome worse(Outcome first, Outcome second) {
    return first.ok() ? second : first;
  }

  private interface Check {
    /** @throws RefusedException when it cannot be done */
    ConfigEdit edit();
  }

  private static Outcome add(Map<String, List<ConfigEdit>> edits, String name, Set<String> seen, Check check) {
    try {
      if (name.isEmpty() || name.length() > MAX_NAME_CHARACTERS) {
        throw new RefusedException(Errors.UNACCEPTABLE_CREDENTIAL, name.isEmpty() ? "Username must not be empty" : "Username is too long");
      }
      ConfigEdit edit = check.edit();
      if (!seen.add(edit.name() + "/" + name)) {
        throw new RefusedException(Errors.DUPLICATE_RESOURCE, "A user credential cannot be altered twice in the same request");
      }
      edits.computeIfAbsent(name, n -> new ArrayList<>()).add(edit);
      return Outcome.OK;
    } catch (RefusedException e) {
      return e.outcome();
    }
  }

  private static Scram mechanism(byte code) {
    Scram mechanism = Scram.forCode(code);
    if (mechanism == null) {
      throw new RefusedException(Errors.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism");
    }
    return mechanism;
  }

  private static ConfigEdit edit(ClusterImage image, ScramCredentialDeletion deletion) {
    Scram mechanism = mechanism(deletion.mechanism());
    if (!image.config(ConfigResource.user(deletion.name())).containsKey(mechanism.mechanism())) {
      throw new RefusedException(Errors.RESOURCE_NOT_FOUND, "Attempt to delete a user credential that does not exist");
    }
    return new ConfigEdit(mechanism.mechanism(), Operation.DELETE, null, null);
  }

  private static ConfigEdit edit(ScramCredentialUpsertion upsertion) {
    Scram mechanism = mechanism(upsertion.mechanism());
    int iterations = upsertion.iterations();
    if (iterations < Scram.MIN_ITERATIONS || iterations > Scram.MAX_ITERATIONS) {
      throw new RefusedException(Errors.UNACCEPTABLE_CREDENTIAL, iterations > 0 && iterations < Scram.MIN_ITERATIONS ? "Too few iterations"
          : iterations <= 0 ? "Iterations must be positive" : "Too many iterations");
    }
    byte[] salt = upsertion.salt();
    byte[] salted = upsertion.saltedPassword();
    if (salt.length == 0 || salted.length == 0 || salt.length > MAX_SECRET_BYTES || salted.length > MAX_SECRET_BYTES) {
      throw new RefusedException(Errors.UNACCEPTABLE_CREDENTIAL, "Salt and salted password must have 1 to " + MAX_SECRET_BYTES + " bytes");
    }
    return new ConfigEdit(mechanism.mechanism(), Operation.SET, mechanism.credential(salt, salted, iterations).encode(), null);
  }

  private static AlterUserScramCredentialsResponse response(Map<String, Outcome> outcomes) {
    List<AlterUserScramCredentialsResult> results = new ArrayList<>(outcomes.size());
    outcomes.forEach((user, outcome) -> results.add(new AlterUserScramCredentialsResult().setUser(user).setErrorCode(outcome.error().code())
        .setErrorMessage(Texts.shown(outcome.message()))));
    return new AlterUserScramCredentialsResponse().setResults(results);
  }

  @Override
  Message failed(Request request, AlterUserScramCredentialsRequest message, Outcome why) {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    message.deletions().forEach(d -> outcomes.put(d.name(), why));
    message.upsertions().forEach(u -> outcomes.put(u.name(), why));
    return response(outcomes);
  }
}
