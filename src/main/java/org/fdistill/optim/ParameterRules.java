package org.fdistill.optim;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.fdistill.config.UserError;
import org.fdistill.graph.Variable;

/**
 * Ordered rules that put each parameter into a group. The first rule that matches wins; a parameter
 * that none matches is an error, so that a new layer cannot slip through.
 */
public final class ParameterRules {
  /**
   * One rule.
   *
   * @param name matches the whole of a parameter's name
   * @param maxRank matches parameters of at most so many dimensions
   * @param group of what matches both
   */
  public record Rule(Pattern name, int maxRank, ParameterGroup group) {
    /** Parameters of any rank whose whole name matches a regular expression. */
    public static Rule named(String regex, ParameterGroup group) {
      return new Rule(Pattern.compile(regex), Integer.MAX_VALUE, group);
    }

    /** Parameters of any name with at most so many dimensions. */
    public static Rule ofRankUpTo(int rank, ParameterGroup group) {
      return new Rule(Pattern.compile(".*"), rank, group);
    }

    private boolean matches(Variable variable) {
      return variable.shape().numDimensions() <= maxRank && name.matcher(variable.name()).matches();
    }
  }

  private final List<Rule> rules;

  /** Makes rules from a list in which earlier ones win. */
  public ParameterRules(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * Weight decay as the reference has it (optimizer.py, get_pretrain_param_groups): class token,
   * absolute positions, registers, vectors and scalars are left alone, and of a Swin also what its
   * relative positions are made of, the tables of version 1 and the networks of version 2. All else
   * decays, a ViT's tables of relative positions included.
   */
  public static ParameterRules weightDecay() {
    return new ParameterRules(
        List.of(
            Rule.named("(.*/)?(cls_token|reg_tokens|pos_embed)", ParameterGroup.UNDECAYED),
            Rule.named(
                "(.*/)?layers/\\d+/blocks/\\d+/attn/(rel_pos_bias|cpb)/.*",
                ParameterGroup.UNDECAYED),
            Rule.ofRankUpTo(1, ParameterGroup.UNDECAYED),
            Rule.named(".*", ParameterGroup.DECAYED)));
  }

  /**
   * The group of each parameter, in the order of the parameters.
   *
   * @throws UserError naming every parameter that no rule matches
   */
  public Map<Variable, ParameterGroup> assign(Collection<Variable> parameters) {
    Map<Variable, ParameterGroup> groups = new LinkedHashMap<>();
    for (Variable parameter : parameters) {
      rules.stream()
          .filter(rule -> rule.matches(parameter))
          .findFirst()
          .ifPresent(rule -> groups.put(parameter, rule.group()));
    }
    List<String> unmatched =
        parameters.stream().filter(p -> !groups.containsKey(p)).map(Variable::name).toList();
    if (!unmatched.isEmpty()) {
      throw UserError.usage(
          "No parameter rule matches "
              + String.join(", ", unmatched)
              + ".\nEvery parameter needs one: add a last rule for all names, such as .*");
    }
    return groups;
  }
}
