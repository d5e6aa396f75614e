package org.fdistill.optim;

import java.util.List;
import java.util.Map;
import org.fdistill.graph.Variable;

/** The group of each parameter, and the groups that there are in one order: that of what is fed. */
final class AssignedGroups {
  private final Map<Variable, ParameterGroup> byParameter;
  private final List<ParameterGroup> groups;

  /** Groups that come in the order of the first parameter of each. */
  AssignedGroups(Map<Variable, ParameterGroup> byParameter) {
    this.byParameter = byParameter;
    this.groups = byParameter.values().stream().distinct().toList();
  }

  /** The groups, each once. */
  List<ParameterGroup> all() {
    return groups;
  }

  /** A parameter's group. */
  ParameterGroup of(Variable parameter) {
    return byParameter.get(parameter);
  }

  /** The place of a parameter's group among all. */
  int indexOf(Variable parameter) {
    return groups.indexOf(of(parameter));
  }
}
