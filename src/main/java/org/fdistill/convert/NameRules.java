package org.fdistill.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What becomes of each tensor of one published layout. In a rule's names {@code #} stands for a
 * number, such as a block's; rules are tried in order.
 */
final class NameRules {
  /** What becomes of a tensor. */
  sealed interface Fate {}

  /**
   * It becomes one of our parameters, or a part of it.
   *
   * @param target our name
   * @param order of its axes
   * @param part which of {@code parts}, along the last axis
   * @param parts how many tensors make the parameter
   */
  record Mapped(String target, AxisOrder order, int part, int parts) implements Fate {}

  /** It is the class token, and below it the registers: [1 + R, C]. */
  record ClassAndRegisters() implements Fate {}

  /**
   * It is a vector of equal sections, each of which becomes a parameter of ours.
   *
   * @param targets our names; an empty one for a section that is not needed
   * @param reason for the user, why a section is not needed
   */
  record Sections(List<String> targets, String reason) implements Fate {}

  /**
   * It is not needed.
   *
   * @param reason for the user
   */
  record LeftOut(String reason) implements Fate {}

  private record Rule(Pattern source, String target, int shift, Fate fate) {
    Fate of(Matcher matcher) {
      if (fate instanceof Mapped mapped) {
        return new Mapped(name(target, matcher), mapped.order(), mapped.part(), mapped.parts());
      }
      return fate instanceof Sections sections
          ? new Sections(
              sections.targets().stream().map(t -> t.isEmpty() ? t : name(t, matcher)).toList(),
              sections.reason())
          : fate;
    }

    private String name(String target, Matcher matcher) {
      String name = target;
      for (int group = 1; group <= matcher.groupCount(); group++) {
        int number = Integer.parseInt(matcher.group(group)) + shift;
        boolean block = name.substring(0, name.indexOf('#')).endsWith("blocks/");
        String text = String.format(Locale.ROOT, block ? "%02d" : "%d", number);
        name = name.replaceFirst("#", text);
      }
      return name;
    }
  }

  private final List<Rule> rules;

  private NameRules(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** What becomes of a tensor; empty where no rule knows its name. */
  Optional<Fate> of(String name) {
    for (Rule rule : rules) {
      Matcher matcher = rule.source().matcher(name);
      if (matcher.matches()) {
        return Optional.of(rule.of(matcher));
      }
    }
    return Optional.empty();
  }

  static Builder builder() {
    return new Builder();
  }

  /** Collects rules. */
  static final class Builder {
    private final List<Rule> rules = new ArrayList<>();

    /** A linear layer of PyTorch. */
    Builder linear(String source, String target) {
      return map(source + ".weight", target + "/kernel", AxisOrder.TRANSPOSED)
          .map(source + ".bias", target + "/bias", AxisOrder.SAME);
    }

    /** Linear layers of PyTorch that make one of ours, side by side. */
    Builder joined(String target, String... sources) {
      for (int i = 0; i < sources.length; i++) {
        part(sources[i] + ".bias", target + "/bias", AxisOrder.SAME, i, sources.length);
      }
      return joinedKernels(target, sources);
    }

    /** The kernels of such layers alone. */
    Builder joinedKernels(String target, String... sources) {
      for (int i = 0; i < sources.length; i++) {
        part(sources[i] + ".weight", target + "/kernel", AxisOrder.TRANSPOSED, i, sources.length);
      }
      return this;
    }

    /** A convolution of PyTorch. */
    Builder convolution(String source, String target) {
      return map(source + ".weight", target + "/kernel", AxisOrder.CONVOLUTION)
          .map(source + ".bias", target + "/bias", AxisOrder.SAME);
    }

    /** A layer norm of PyTorch. */
    Builder norm(String source, String target) {
      return map(source + ".weight", target + "/scale", AxisOrder.SAME)
          .map(source + ".bias", target + "/offset", AxisOrder.SAME);
    }

    /** A tensor as it is. */
    Builder same(String source, String target) {
      return map(source, target, AxisOrder.SAME);
    }

    /** One tensor. */
    Builder map(String source, String target, AxisOrder order) {
      return part(source, target, order, 0, 1);
    }

    /** One tensor of several that make a parameter. */
    Builder part(String source, String target, AxisOrder order, int part, int parts) {
      return add(source, target, 0, new Mapped("", order, part, parts));
    }

    /** One tensor whose number differs from ours. */
    Builder shifted(String source, String target, AxisOrder order, int shift) {
      return add(source, target, shift, new Mapped("", order, 0, 1));
    }

    /**
     * A vector of which each section is a parameter.
     *
     * @param reason why those without a target are not needed
     * @param targets empty for a section that is not needed
     */
    Builder sections(String source, String reason, String... targets) {
      return add(source, "", 0, new Sections(List.of(targets), reason));
    }

    /**
     * Tensors that are not needed.
     *
     * @param source a name; {@code *} stands for anything
     */
    Builder leaveOut(String source, String reason) {
      return add(source, "", 0, new LeftOut(reason));
    }

    /** A table of the class token and the registers. */
    Builder classAndRegisters(String source) {
      return add(source, "", 0, new ClassAndRegisters());
    }

    /** All rules of another builder. */
    Builder all(Builder other) {
      rules.addAll(other.rules);
      return this;
    }

    NameRules build() {
      return new NameRules(rules);
    }

    private Builder add(String source, String target, int shift, Fate fate) {
      String regex =
          Pattern.quote(source).replace("#", "\\E(\\d{1,4})\\Q").replace("*", "\\E.*\\Q");
      rules.add(new Rule(Pattern.compile(regex), target, shift, fate));
      return this;
    }
  }
}
