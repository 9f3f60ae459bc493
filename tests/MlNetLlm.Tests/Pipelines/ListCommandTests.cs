using System.Text.Json;
using MlNetLlm.Pipelines.Commands;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tests.Pipelines.Reports;
using MlNetLlm.Tests.Runs;
using Spectre.Console;

namespace MlNetLlm.Tests.Pipelines;

public sealed class ListCommandTests
{
    [Test]
    public void List_OfRunsWithPayloads_OrdersTheTerminalNothing() => List(count: 40);

    [Test]
    [Category("Nightly")]
    public void List_OfRunsWithTwoHundredPayloads_OrdersTheTerminalNothing() => List(count: 200);

    private static void List(int count)
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var number = 0;
        foreach (var payload in Payloads.Take(count))
            ToyRuns.Write(store, $"run-{number++}", r => r with
            {
                Experiment = payload, Preset = payload, Metrics = [.. r.Metrics.Select(m => m with { Arm = payload })],
            });
        var (exit, output, errors) = Command.Run("list", "--runs", folder.Path);
        Assert.That(exit, Is.Zero, errors);
        Assert.That(output, Does.Contain($"run-{count - 1}"));
        Assert.That(output.Where(letter => char.IsControl(letter) && letter != '\n'), Is.Empty);

        (exit, output, errors) = Command.Run("compare", "run-23", "run-24", "--runs", folder.Path);
        Assert.That(exit, Is.Zero, errors);
        Assert.That(output.Where(letter => char.IsControl(letter) && letter != '\n'), Is.Empty);

        // An unknown key of a result is quoted in the error.
        foreach (var payload in Payloads.Take(count).Where(payload => payload.Any(char.IsControl)).Take(3).Append("\u001b]0;title\u0007"))
        {
            File.WriteAllText(Path.Combine(store.Folder, "run-23", StoredRun.ResultFile),
                $"{{ {JsonSerializer.Serialize(payload)}: 1 }}");
            (exit, _, errors) = Command.Run("compare", "run-23", "run-24", "--runs", folder.Path);
            Assert.That(exit, Is.EqualTo(2), errors);
            Assert.That(errors, Does.Contain("unknown key"));
            Assert.That(errors.Where(letter => char.IsControl(letter) && letter != '\n'), Is.Empty);
        }
    }

    [TestCase("list")]
    [TestCase("compare", "a", "b")]
    [TestCase("report", "a")]
    [TestCase("serve")]
    [TestCase("reproduce", "a")]
    [TestCase("eject", "a", "--out", "x")]
    public void Command_WithAFolderOfRunsThatIsNotThere_SaysSoAndMakesNone(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var (exit, _, errors) = Command.Run([.. arguments, "--runs", folder["typo"]]);
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain($"--runs is '{folder["typo"]}'"));
        Assert.That(Directory.Exists(folder["typo"]), Is.False);
    }

    [Test]
    public void List_WithMistypedFilters_SaysWhatWasMeant()
    {
        using var folder = new TemporaryFolder();
        ToyRuns.Write(new RunStore(folder.Path), "one");
        var (exit, _, errors) = Command.Run("list", "--experiment", "svff", "--preset", "smok", "--verdict", "bogus",
            "--where", "perplexity@tset<5", "--runs", folder.Path);
        Assert.That((exit, errors), Is.EqualTo((2,
            "mlnetllm: --experiment names 'svff', which there is not. Did you mean 'svf'? "
            + "--preset names 'smok', which there is not. Did you mean 'smoke'? "
            + "--verdict names 'bogus', which there is not. Known: 'reproduced', 'not reproduced', 'inconclusive', 'not testable here'. "
            + "--where names 'perplexity@tset', which there is not. Did you mean 'perplexity@test'?\n")));
        (exit, _, errors) = Command.Run("list", "--seed", "x", "--runs", folder.Path);
        Assert.That(exit, Is.EqualTo(2));
        Assert.That(errors, Does.Contain("--seed is 'x'; expected a whole number.").And.Not.Contain("System."));
    }

    [TestCase(80, "preset", "experiment")]
    [TestCase(100, "seed", "seconds")]
    [TestCase(140, "seconds", null)]
    public void Print_InAWindow_KeepsIdsWholeAndSaysWhatIsLeftOut(int width, string shown, string? leftOut)
    {
        RunRow[] rows =
        [
            new("communities-smoke-12-3", "communities", "smoke", 12, "finished", "2026-11-30T14:25:00Z", 1234.5, 12, 10),
            new("svf-mini-1", "svf", "mini", 1, "damaged: 'result.json', line 1: unknown key 'x'. Known: schema, seed", null, null, 0, 0),
        ];
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        ListCommand.Print(console, rows);
        var lines = text.ToString().Split('\n');
        Assert.That(lines.Max(line => line.TrimEnd().Length), Is.AtMost(width));
        Assert.That(text.ToString(), Does.Contain("communities-smoke-12-3").And.Contain("10 of 12").And.Contain("2026-11-30 "));
        Assert.That(lines[1], Does.Contain(shown));
        if (leftOut is null) Assert.That(text.ToString(), Does.Not.Contain("not shown"));
        else Assert.That(lines[^2], Does.StartWith("not shown for want of width: ").And.Contain(leftOut));
    }
}
