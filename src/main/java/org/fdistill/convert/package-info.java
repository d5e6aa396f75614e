/** From published checkpoints to this project's networks. */
package org.fdistill.convert;
