package org.fdistill.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * @param among matches the whole of it as well
   * @param maxRank matches parameters of at most so many dimensions
   * @param group of what matches all three
   */
  public record Rule(Pattern name, Pattern among, int maxRank, ParameterGroup group) {
    private static final Pattern ANY = Pattern.compile(".*");

    /** Parameters of any rank whose whole name matches a regular expression. */
    public static Rule named(String regex, ParameterGroup group) {
      return new Rule(Pattern.compile(regex), ANY, Integer.MAX_VALUE, group);
    }

    /** Parameters of any name with at most so many dimensions. */
    public static Rule ofRankUpTo(int rank, ParameterGroup group) {
      return new Rule(ANY, ANY, rank, group);
    }

    /** The same rule, of the parameters of one layer alone. */
    private Rule within(Pattern layer, double share) {
      return new Rule(layer, name, maxRank, group.scaled(share));
    }

    private boolean matches(Variable variable) {
      return variable.shape().numDimensions() <= maxRank
          && name.matcher(variable.name()).matches()
          && among.matcher(variable.name()).matches();
    }

    /** What it matches, for people. */
    String text() {
      String text = among.pattern().equals(ANY.pattern()) ? "" : " and " + among.pattern();
      String rank = maxRank == Integer.MAX_VALUE ? "" : ", rank up to " + maxRank;
      return name.pattern() + text + rank;
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
   * Weight decay as in {@link #weightDecay}, and a learning rate that falls from layer to layer
   * towards the input: the peak rate of the parameters of layer k is multiplied by decay^(L + 1 -
   * k). That is the reference's get_finetune_param_groups.
   *
   * @param layers regular expressions of the whole names of the parameters of layer 0 (what comes
   *     before the first block) to L (the last block); all other parameters are of layer L + 1
   * @param decay 1: every layer learns alike
   */
  public static ParameterRules layerDecay(List<String> layers, double decay) {
    if (decay == 1) {
      return weightDecay();
    }
    List<Rule> rules = new ArrayList<>();
    for (int layer = 0; layer < layers.size(); layer++) {
      Pattern names = Pattern.compile(layers.get(layer));
      double share = Math.pow(decay, layers.size() - layer);
      weightDecay().rules.forEach(rule -> rules.add(rule.within(names, share)));
    }
    rules.addAll(weightDecay().rules);
    return new ParameterRules(rules);
  }

  /**
   * Rules by which a network, or a part of one, stays as it is and all else is trained as {@link
   * #weightDecay} has it.
   *
   * @param part what the names of its parameters start with
   */
  public static ParameterRules frozen(String part) {
    List<Rule> rules = new ArrayList<>();
    rules.add(Rule.named(part + "/.*", ParameterGroup.FROZEN));
    rules.addAll(weightDecay().rules);
    return new ParameterRules(rules);
  }

  /**
   * The group of each parameter, in the order of the parameters.
   *
   * @throws UserError naming every parameter that no rule matches
   */
  public Map<Variable, ParameterGroup> assign(Collection<Variable> parameters) {
    Map<Variable, ParameterGroup> groups = new LinkedHashMap<>();
    for (Variable parameter : parameters) {
      first(parameter).ifPresent(rule -> groups.put(parameter, rule.group()));
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

  private Optional<Rule> first(Variable parameter) {
    return rules.stream().filter(rule -> rule.matches(parameter)).findFirst();
  }

  /** The rules that some parameters fall under, each with how many these are. */
  public RuleTable table(Collection<Variable> parameters) {
    Map<Rule, RuleTable.Row> rows = new LinkedHashMap<>();
    rules.forEach(rule -> rows.put(rule, RuleTable.Row.of(rule.text(), rule.group())));
    for (Variable parameter : parameters) {
      first(parameter).ifPresent(rule -> rows.compute(rule, (same, row) -> row.with(parameter)));
    }
    return new RuleTable(rows.values().stream().filter(row -> row.parameters() > 0).toList());
  }
}
