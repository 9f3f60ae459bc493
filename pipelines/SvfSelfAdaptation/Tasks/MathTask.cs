using System.Globalization;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>
/// Arithmetic. Easy: sums, differences and remainders of sums of two-digit numbers. Hard: three numbers, as a formula or in words. Worked
/// answers go digit by digit from the right.
/// </summary>
internal static class MathTask
{
    /// <summary>Draws an easy question.</summary>
    public static TaskItem Easy(RandomStream random)
    {
        var (a, b) = (random.Next(90) + 10, random.Next(90) + 10);
        switch (random.Next(3))
        {
            case 0:
                return Item("math", $"{a}+{b}=", SumSteps(a, b), a + b);
            case 1:
                (a, b) = (Math.Max(a, b), Math.Min(a, b));
                return Item("math", $"{a}-{b}=", DifferenceSteps(a, b), a - b);
            default:
                var divisor = random.Next(7) + 3;
                return Item("math", $"({a}+{b})%{divisor}=", $"{SumSteps(a, b)}{a + b}%{divisor} ", (a + b) % divisor);
        }
    }

    /// <summary>Draws a hard question.</summary>
    public static TaskItem Hard(RandomStream random)
    {
        var (a, b) = (random.Next(90) + 10, random.Next(90) + 10);
        var c = random.Next(Math.Min(90, a + b - 10)) + 10;
        var question = random.Next(2) == 0 ? $"{a}+{b}-{c}=" : $"has {a} gets {b} gives {c} left=";
        return Item("math-hard", question, $"{SumSteps(a, b)}{a + b} {DifferenceSteps(a + b, c)}", a + b - c);
    }

    /// <summary>The steps of a sum, digit by digit with the carry: 7+8=15 3+4+1=8.</summary>
    internal static string SumSteps(int a, int b)
    {
        var ones = a % 10 + b % 10;
        var carry = ones >= 10 ? "+1" : "";
        return $"{a % 10}+{b % 10}={ones} {a / 10}+{b / 10}{carry}={a / 10 + b / 10 + ones / 10} ";
    }

    // 62-37: 12-7=5 5-3=2.
    private static string DifferenceSteps(int a, int b)
    {
        var borrow = a % 10 < b % 10 ? 1 : 0;
        var (ones, tens) = (a % 10 + 10 * borrow, a / 10 - borrow);
        return $"{ones}-{b % 10}={ones - b % 10} {tens}-{b / 10}={tens - b / 10} ";
    }

    private static TaskItem Item(string task, string question, string steps, int result)
    {
        var number = result.ToString(CultureInfo.InvariantCulture);
        return new TaskItem(task, question, number, $"{steps}{TaskItem.Mark}{number}", $"{TaskItem.Mark}{number}");
    }
}
