/* Start of a Cortex-M4 image for QEMU's board mps2-an386: memory is prepared, then main runs. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern char trecx_stack_top, trecx_data_start, trecx_data_end, trecx_data_load, trecx_bss_start, trecx_bss_end;
extern void initialise_monitor_handles(void);
int main(void);

void trecx_reset(void)
{
    memcpy(&trecx_data_start, &trecx_data_load, (size_t)(&trecx_data_end - &trecx_data_start));
    memset(&trecx_bss_start, 0, (size_t)(&trecx_bss_end - &trecx_bss_start));
    initialise_monitor_handles();
    exit(main());
}

/* A fault ends the emulator with a status, rather than hanging. */
static void fault(void)
{
    for (;;) {
        __asm volatile("mov r0, #0x18\n"        /* angel_SWIreason_ReportException */
                       "movw r1, #0x0023\n"     /* ADP_Stopped_RunTimeErrorUnknown, 0x20023 */
                       "movt r1, #0x0002\n"
                       "bkpt 0xAB" ::: "r0", "r1");
    }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &trecx_stack_top, trecx_reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault};

/* The C library calls these two for constructors, which C does not have. */
void _init(void) {}
void _fini(void) {}
