namespace MolEngine.Runs.Reports;

/// <summary>The report's style sheet.</summary>
internal static class PageStyle
{
    /// <summary>
    /// Colours after Okabe and Ito, which people of all kinds of colour vision tell apart, darkened on white and
    /// lightened on black until each stands out 3:1 and more. Type in drawings grows where drawings shrink.
    /// </summary>
    public const string Sheet = """
        :root {
          color-scheme: light dark;
          --page: #fff; --panel: #f6f7f9; --text: #1b1f24; --soft: #59636e; --line: #d8dde3; --grid: #e6e9ed;
          --c0: #0066ad; --c1: #c24e00; --c2: #00805c; --c3: #b3478f; --c4: #8a6d00; --c5: #5b6470; --c6: #6b4fbb;
          --c7: #2487b8;
          --good: #1a6e3c; --bad: #a8332a;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #14171b; --panel: #1c2025; --text: #e4e7eb; --soft: #9aa5b1; --line: #363d46; --grid: #2a3037;
            --c0: #58a6f0; --c1: #f08a3c; --c2: #35bd92; --c3: #e58cc5; --c4: #dcb93c; --c5: #a9b2bd; --c6: #b39cf5;
            --c7: #7ccdf2;
            --good: #63c68b; --bad: #f28b82;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--text);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
        main { max-width: 1200px; margin: 0 auto; padding: 32px 24px 48px; }
        h1 { font-size: 1.05rem; font-weight: 600; color: var(--soft); margin: 0 0 4px; overflow-wrap: anywhere; }
        .headline { font-size: clamp(1.5rem, 4.5vw, 2.2rem); line-height: 1.2; font-weight: 700; margin: 0 0 16px;
          text-wrap: balance; }
        h2 { font-size: 1.25rem; margin: 48px 0 4px; }
        h3 { font-size: 1rem; margin: 0; }
        p { margin: 0 0 8px; max-width: 75ch; }
        .soft, .unit, .note, .rule { color: var(--soft); }
        .note, .rule, .unit { font-size: .85rem; }
        .missing { color: var(--soft); font-style: italic; }
        .faults { border-left: 4px solid var(--c4); background: var(--panel); padding: 10px 16px; margin: 16px 0;
          list-style: none; }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 12px 24px;
          margin: 24px 0 0; }
        .facts div { border-top: 1px solid var(--line); padding-top: 6px; min-width: 0; }
        .facts dt { color: var(--soft); font-size: .85rem; }
        .facts dd { margin: 0; overflow-wrap: break-word; }
        .scroll { overflow-x: auto; margin: 12px 0; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: min(100%, 520px); }
        th, td { padding: 7px 14px; text-align: left; border-bottom: 1px solid var(--line); vertical-align: baseline; }
        th:first-child, td:first-child { padding-left: 0; }
        thead th { font-size: .85rem; color: var(--soft); font-weight: 600; white-space: nowrap; }
        thead tr:first-child:not(:last-child) th { border-bottom: 0; }
        thead .group { text-align: center; padding-bottom: 0; }
        tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 9em; max-width: 22em; }
        .n { text-align: right; white-space: nowrap; }
        .kind { display: block; font-weight: 400; font-size: .85rem; color: var(--soft); }
        .words { white-space: normal; overflow-wrap: anywhere; max-width: 22em; }
        .share { margin-left: 8px; }
        .score { font-size: 1.15rem; font-weight: 600; }
        .asked tbody th { font-weight: 400; max-width: 30em; }
        .asked td { overflow-wrap: break-word; min-width: 5.5em; max-width: 18em; }
        .kind.better { color: var(--good); } .kind.worse { color: var(--bad); }
        .facts + .missing { margin-top: 16px; }
        .better { color: var(--good); } .worse { color: var(--bad); }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 28px 32px;
          margin: 16px 0; }
        figure { margin: 0; min-width: 0; max-width: 640px; break-inside: avoid; }
        .unit { margin: 0; }
        .chart .note { margin: 4px 0 0; }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 6px 0 2px; padding: 0;
          font-size: .875rem; }
        .legend li { overflow-wrap: anywhere; min-width: 0; }
        .legend .end { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
        .swatch { width: 30px; height: 10px; margin-right: 6px; vertical-align: middle; }
        .drawing { display: block; width: 100%; height: auto; overflow: visible; }
        .drawing text { font-size: 11px; fill: var(--soft); font-variant-numeric: tabular-nums; }
        .y text { text-anchor: end; } .x text { text-anchor: middle; }
        .grid { stroke: var(--grid); fill: none; } .base { stroke: var(--soft); fill: none; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .raw { fill: none; stroke-width: 1; opacity: .28; stroke-linejoin: round; }
        .dots { fill: none; stroke-width: 4; opacity: .45; stroke-linecap: round; }
        circle { stroke: var(--page); stroke-width: 1; }
        .d1 { stroke-dasharray: 7 5; } .d2 { stroke-dasharray: .1 4.5; stroke-width: 2.6; }
        .d3 { stroke-dasharray: 9 4 .1 4; } .d4 { stroke-dasharray: 15 5; }
        path.c0 { stroke: var(--c0); } path.c1 { stroke: var(--c1); } path.c2 { stroke: var(--c2); }
        path.c3 { stroke: var(--c3); }
        path.c4 { stroke: var(--c4); } path.c5 { stroke: var(--c5); } path.c6 { stroke: var(--c6); }
        path.c7 { stroke: var(--c7); }
        circle.c0 { fill: var(--c0); } circle.c1 { fill: var(--c1); } circle.c2 { fill: var(--c2); }
        circle.c3 { fill: var(--c3); }
        circle.c4 { fill: var(--c4); } circle.c5 { fill: var(--c5); } circle.c6 { fill: var(--c6); }
        circle.c7 { fill: var(--c7); }
        .told { margin: 16px 0; } h2 .kind { display: inline; margin-left: .6em; }
        .told div { display: grid; grid-template-columns: 10em 1fr; gap: 0 16px; border-top: 1px solid var(--line);
          padding: 6px 0; }
        .told dt { color: var(--soft); } .told dd { margin: 0; grid-column: 2; overflow-wrap: anywhere; }
        .ring { fill: none; stroke-width: 2; } circle.ring { fill: none; stroke: var(--text); }
        .drawing .number { font-size: 10px; font-weight: 700; fill: var(--page); text-anchor: middle; }
        .numbered { columns: 12em; margin: 8px 0; padding-left: 1.8em; font-size: .875rem; }
        .measure { margin-top: 28px; } td.changes { overflow-wrap: anywhere; min-width: 12em; max-width: 36em; }
        .lengths { width: 100%; max-width: 640px; margin: 8px 0 24px; min-width: 0; }
        .lengths th, .lengths td { border: 0; padding: 2px 8px; }
        .lengths tbody th { font-weight: 400; min-width: 0; } .lengths td:nth-child(2) { width: 100%; }
        .bar { display: block; width: 100%; height: 12px; } .bar rect { fill: var(--c0); }
        .unseen { color: var(--soft); }
        details { border-top: 1px solid var(--line); padding: 8px 0; }
        summary { cursor: pointer; font-weight: 600; padding: 4px 0; }
        summary:focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
        .sample { border-top: 1px solid var(--line); padding: 14px 0; break-inside: avoid; }
        .sample h3 { font-size: .85rem; color: var(--soft); }
        .sample .prompt { font-weight: 600; }
        .answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr));
          gap: 12px 32px; margin-top: 10px; }
        .said { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 75ch; }
        pre { background: var(--panel); padding: 14px 16px;
          font: .85rem/1.45 ui-monospace, "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace;
          white-space: pre-wrap; overflow-wrap: anywhere; margin: 12px 0; }
        footer { margin-top: 48px; border-top: 1px solid var(--line); padding-top: 12px; color: var(--soft);
          font-size: .85rem; }
        @media (max-width: 560px) {
          main { padding: 20px 16px 32px; }
          .drawing text { font-size: 14.5px; }
          .facts { grid-template-columns: 1fr 1fr; gap: 10px 16px; font-size: .9rem; }
          table { font-size: .8rem; }
          thead th, .kind { font-size: .75rem; }
          th, td { padding: 7px 5px; }
          tbody th { min-width: 5em; }
          .share { display: block; margin: 0; }
          .told div { grid-template-columns: 1fr; } .told dd { grid-column: 1; }
          thead .n, .n .kind { white-space: normal; }
          .stacked thead { display: none; }
          .stacked tr { display: block; border-bottom: 1px solid var(--line); padding: 8px 0; }
          .stacked th, .stacked td { display: block; border: 0; padding: 3px 0; max-width: none; }
          .stacked td { position: relative; padding-left: 9.5em; min-height: 2em; text-align: left; }
          .asked.stacked td { padding-left: 6.5em; } .asked.stacked td::before { width: 6em; }
          .stacked td::before { content: attr(data-of); position: absolute; left: 0; width: 9em;
            color: var(--soft); overflow-wrap: anywhere; }
        }
        @media print {
          :root { color-scheme: light; --page: #fff; --panel: #f6f7f9; --text: #000; --soft: #444; --line: #bbb;
            --grid: #ddd;
            --c0: #0066ad; --c1: #c24e00; --c2: #00805c; --c3: #b3478f; --c4: #8a6d00; --c5: #5b6470; --c6: #6b4fbb;
            --c7: #2487b8;
            --good: #1a6e3c; --bad: #a8332a; }
          body { font-size: 10.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
          main { padding: 0; max-width: none; }
          .charts { grid-template-columns: 1fr 1fr; gap: 18px 24px; }
          .drawing text { font-size: 14.5px; }
          h2 { break-after: avoid; margin-top: 24px; }
          tr, .facts div { break-inside: avoid; }
        }
        """;
}
