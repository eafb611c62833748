/* The files of models/starter/model as read-only data, page-aligned so that an unused model costs no
   memory and reading it needs no copy. starter.cpp names the symbols. */
  .section .rodata.cadenza_starter, "a", %progbits

  .macro embed symbol, file
  .balign 4096
  .global \symbol\()_begin
  .hidden \symbol\()_begin
\symbol\()_begin:
  .incbin "\file"
  .global \symbol\()_end
  .hidden \symbol\()_end
\symbol\()_end:
  .byte 0
  .endm

  embed cadenza_starter_config, "config.json"
  embed cadenza_starter_generation_config, "generation_config.json"
  embed cadenza_starter_preprocessor_config, "preprocessor_config.json"
  embed cadenza_starter_tokenizer_config, "tokenizer_config.json"
  embed cadenza_starter_spiece, "spiece.model"
  embed cadenza_starter_weights, "model.safetensors"

  .section .note.GNU-stack, "", %progbits
