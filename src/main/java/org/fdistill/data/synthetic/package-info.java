/** The synthetic data set. */
package org.fdistill.data.synthetic;
