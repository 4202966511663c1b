/** A matrix of doubles, row by row. */
public final class Matrix {
    private final int rowCount;
    private final int columnCount;
    private final double[] values;

    public Matrix(int rowCount, int columnCount) {
        this.rowCount = rowCount;
        this.columnCount = columnCount;
        this.values = new double[rowCount * columnCount];
    }

    public double get(int row, int column) {
        return values[row * columnCount + column];
    }

    public void set(int row, int column, double value) {
        █
    }
}
