/**
 * What stands on a backbone's endpoints: {@link org.fdistill.model.head.ClassifierHead}, from
 * tokens to logits. Training and export build it with the same names.
 */
package org.fdistill.model.head;
