package io.margay.karaf.completion.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.service.command.Function;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Tells Karaf how to complete the arguments of each of our commands. Karaf finds the commands itself, but knows only the name of a
 * Gogo function. A command of the same name that is registered after it completes instead of it, and is never run. Safe for all
 * threads.
 */
@Component(immediate = true, service = {})
public final class KarafCompletion {
  private static final String COMMANDS = "(margay.command=*)";

  private final SessionFactory karaf;
  private final Function candidates;
  private final Map<Function, CompletedCommand> commands = new ConcurrentHashMap<>();

  /**
   * @param karaf provides the registry of commands
   * @param candidates our function that lists the possible arguments
   */
  @Activate
  public KarafCompletion(@Reference SessionFactory karaf,
      @Reference(target = "(&(osgi.command.scope=margay)(osgi.command.function=candidates))") Function candidates) {
    this.karaf = karaf;
    this.candidates = candidates;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, target = COMMANDS)
  void addCommand(Function function, Map<String, Object> properties) {
    CompletedCommand command = new CompletedCommand(String.valueOf(properties.get("margay.command")),
        String.valueOf(properties.get("osgi.command.description")), function, candidates);
    commands.put(function, command);
    karaf.getRegistry().register(command);
  }

  void removeCommand(Function function) {
    CompletedCommand command = commands.remove(function);
    if (command != null) {
      karaf.getRegistry().unregister(command);
    }
  }

  /** Removes all commands from the registry. */
  @Deactivate
  void close() {
    commands.keySet().forEach(this::removeCommand);
  }
}
