using System.Text;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>
/// Programs of <see cref="StringProgram"/>. Writing: the program that turns one string into another (easy: four letters, at most two
/// operations; hard: six letters, two operations). Running: what a program of two operations makes of a string. Worked answers show
/// the string after every operation.
/// </summary>
internal static class CodeTask
{
    private const string Letters = "abcdef";
    private const int Tries = 1000;

    /// <summary>Draws an easy question: write a program of one or two operations for a string of four letters.</summary>
    public static TaskItem Write(RandomStream random) => Write(random, "code", letters: 4, shortest: 1, longest: 2);

    /// <summary>Draws a hard question: a string of six letters whose shortest program has two operations.</summary>
    public static TaskItem WriteHard(RandomStream random) => Write(random, "code-hard", letters: 6, shortest: 2, longest: 2);

    /// <summary>Draws a question on what a program makes of a string.</summary>
    public static TaskItem Run(RandomStream random)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var (input, program) = (Word(random, 4), Program(random, 2));
            if (StringProgram.Run(program, input) is not { } output) continue;
            return new TaskItem("trace", $"{input}:{program}=", output, $"{Steps(program, input)}{TaskItem.Mark}{output}",
                $"{TaskItem.Mark}{output}");
        }
        throw new InvalidOperationException($"No program of two operations ran in {Tries} tries.");
    }

    private static TaskItem Write(RandomStream random, string task, int letters, int shortest, int longest)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var input = Word(random, letters);
            var output = StringProgram.Run(Program(random, shortest + random.Next(longest - shortest + 1)), input);
            if (output is null || output == input || StringProgram.Shortest(input, output, longest) is not { } program) continue;
            if (program.Length < shortest) continue;
            return new TaskItem(task, $"{input}>{output}", output, $"{Steps(program, input)}{TaskItem.Mark}{program}",
                $"{TaskItem.Mark}{program}");
        }
        throw new InvalidOperationException($"No question of task '{task}' was found in {Tries} tries.");
    }

    // r edcba l dcbae: each operation with what it makes.
    private static string Steps(string program, string input)
    {
        var (steps, value) = (new StringBuilder(), input);
        foreach (var operation in program)
        {
            value = StringProgram.Apply(operation, value)!;
            steps.Append(operation).Append(' ').Append(value).Append(' ');
        }
        return steps.ToString();
    }

    private static string Word(RandomStream random, int letters)
    {
        var word = new char[letters];
        for (var i = 0; i < letters; i++) word[i] = Letters[random.Next(Letters.Length)];
        return new string(word);
    }

    private static string Program(RandomStream random, int operations)
    {
        var program = new char[operations];
        for (var i = 0; i < operations; i++) program[i] = StringProgram.Operations[random.Next(StringProgram.Operations.Length)];
        return new string(program);
    }
}
