"""Import goldens: small checkpoints in every published layout, with the original networks' tokens.

All cases, or those whose names start with an argument: python make_goldens_import.py dino mae
"""

import sys

import torch
import transformers

import import_cases_beit
import import_cases_clip
import import_cases_dinov2
import import_cases_full
import import_cases_npz
import import_cases_rotary
import import_cases_radio
import import_cases_siglip2
import import_cases_swin
import import_cases_vit

CASES = {**import_cases_vit.CASES, **import_cases_clip.CASES, **import_cases_dinov2.CASES, **import_cases_beit.CASES,
         **import_cases_rotary.CASES, **import_cases_swin.CASES, **import_cases_npz.CASES, **import_cases_full.CASES,
         **import_cases_siglip2.CASES, **import_cases_radio.CASES}


def main(starts):
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    for name, make in CASES.items():
        if not starts or name.startswith(tuple(starts)):
            make(name)


if __name__ == "__main__":
    torch.set_num_threads(2)
    main(sys.argv[1:])
