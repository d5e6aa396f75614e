/**
 * Run configs: text protobuf files, overrides from the command line, checks and durations.
 *
 * <p>The schema under {@code src/main/proto/fdistill} holds every option with its default and, for
 * numbers, its range, and is the manual. {@link org.fdistill.config.RunConfigs#load} gives a config
 * in which every default is spelt out and every value has been checked, so that code behind it
 * reads fields without looking at presence; what is optional as a whole (augmentation, validation
 * data, warm-up) keeps its presence. {@link org.fdistill.config.RunLength} turns durations into
 * steps once the size of the data is known, and {@link org.fdistill.config.ConfigDiff} says how two
 * configs differ.
 *
 * <pre>{@code
 * RunConfig config = RunConfigs.load(Path.of("configs/smoke/distill.txtpb"), overrides);
 * RunLength length = RunLength.of(config.getSchedule(), examples, config.getTrainData().getBatchSize());
 * }</pre>
 *
 * <p>Every mistake of a user, here and elsewhere, is a {@link org.fdistill.config.UserError}. This
 * package reads no data and knows no TensorFlow: whether files that a config names exist is found
 * out by those who open them.
 */
package org.fdistill.config;
